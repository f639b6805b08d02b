-- What the first version of the program wrote.
create table answers (
    key text primary key,
    model text not null,
    engine text not null,
    content text not null,
    cost text not null,
    answered_at text not null default current_timestamp
) without rowid;
insert into answers (key, model, engine, content, cost) values (
    '1f', 'gpt-5-mini', 'reasoning', '{"text": "Of old."}',
    '{"input_tokens": 10, "cached_tokens": 0, "output_tokens": 5, "reasoning_tokens": 2, "usd": null, "seconds": 1.5}'
);
pragma user_version = 1;
