CREATE TABLE u (k INTEGER PRIMARY KEY, b INTEGER, c VARCHAR, n INTEGER NOT NULL);
CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER, c VARCHAR, d DATE, f BOOLEAN, k INTEGER REFERENCES u (k));
CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, joined DATE);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER REFERENCES customers (id),
    status VARCHAR,
    amount DECIMAL(10, 2),
    quantity INTEGER NOT NULL,
    ordered_at TIMESTAMP
);
CREATE TABLE payments (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), method VARCHAR, cents INTEGER);
CREATE TABLE dept (deptno INTEGER PRIMARY KEY, dname VARCHAR);
CREATE TABLE emp (
    empno INTEGER PRIMARY KEY,
    ename VARCHAR NOT NULL,
    deptno INTEGER REFERENCES dept (deptno),
    mgr INTEGER,
    sal INTEGER,
    comm INTEGER,
    hired DATE
);
CREATE TABLE accounts (code VARCHAR UNIQUE, owner INTEGER REFERENCES customers (id), plan VARCHAR, since DATE, UNIQUE (owner, plan));
CREATE TABLE readings (
    id INTEGER PRIMARY KEY,
    value DOUBLE,
    price DECIMAL(6, 3),
    small SMALLINT,
    big BIGINT,
    day DATE,
    taken TIMESTAMP,
    seen TIMESTAMPTZ,
    tags VARCHAR[]
);
