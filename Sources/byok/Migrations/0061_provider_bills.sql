-- What a provider billed a user for a month, UTC, as somebody read it on the bill: nobody's own key may ask for it. Only
-- what ran through here, and whole months: a part of a bill is nobody's. Empty until somebody fills it in.
create table byok.provider_bills (
    user_id uuid not null,
    provider text not null
        check (provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')),
    month date not null check (isfinite(month) and extract(day from month) = 1),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    amount numeric(16, 6) not null check (amount >= 0 and amount < 'NaN'),
    -- Where it was read, such as the number of the bill.
    source text not null check (char_length(source) between 1 and 500),
    primary key (month, currency, user_id, provider)
);

alter table byok.provider_bills enable row level security;
