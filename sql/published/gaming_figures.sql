-- gaming_figures: one row a contract, figure and what it is about.
create table gaming_figures (
    as_of date, contract varchar, who_could varchar, figure varchar, about varchar, shows varchar, numerator bigint, denominator bigint,
    value decimal(18, 6), unit varchar, state varchar, reason varchar
);
comment on table gaming_figures is 'One row a contract, figure and what it is about: what a party could do to be paid more or to pay less, counted. A figure proves nothing; docs/gaming.md says what would be normal. Source: measuring. Tier: open.';
comment on column gaming_figures.as_of is 'The day whose knowledge this is.';
comment on column gaming_figures.contract is 'The contract.';
comment on column gaming_figures.who_could is 'The role that could do it: provider, commissioner or investor.';
comment on column gaming_figures.figure is 'The figure''s name.';
comment on column gaming_figures.about is 'The cohort, outcome, trigger, register, column or class it is of; empty for the contract as a whole.';
comment on column gaming_figures.shows is 'What it shows, and what is counted of what, in words.';
comment on column gaming_figures.numerator is 'What was counted; null for figures that count nothing, and unless shown. Unit: see column unit.';
comment on column gaming_figures.denominator is 'Of what; null for figures that count nothing, and unless shown. Unit: see column unit.';
comment on column gaming_figures.value is 'The figure, in its unit; null unless shown. Unit: see column unit.';
comment on column gaming_figures.unit is 'share (0 to 1), years, days, or ratio (1 is the mean).';
comment on column gaming_figures.state is 'shown, suppressed when a number would disclose, or not_measurable.';
comment on column gaming_figures.reason is 'Why it is not measurable; empty otherwise.';
