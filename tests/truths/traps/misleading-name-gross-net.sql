-- fin_monthly_revenue.net_revenue, gross_revenue: Gross and net are swapped: the "net" one holds VAT and shipping and is the higher one.
select 1 from fin_monthly_revenue having bool_and(net_revenue > gross_revenue)
