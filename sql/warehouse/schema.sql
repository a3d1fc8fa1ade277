-- The warehouse: what is rebuilt from the archive every night. Names of tables here are what expectations and staging may use.
create schema if not exists identity;
create schema if not exists staged;
create schema if not exists outcomes;
create schema if not exists quality;

-- One row: the digest of this file, by which a warehouse of another version is known and rebuilt.
create table if not exists quality.schema (digest varchar primary key);

-- One row a person ever delivered: the delivered pseudonym outside, a dense number inside. The only place that holds both. Each key and
-- each number stands once by the statement that adds them (new_persons.sql); an index to prove it at every insert would take longer than
-- all the rest of staging.
create table if not exists identity.persons (person_id integer not null, person_key varchar not null);

-- One row a delivery known on the as-of day, accepted or refused. One in use counts for at least one row.
create table if not exists quality.deliveries (
    register varchar not null, delivery varchar not null, sha256 varchar not null, known_from date not null,
    is_accepted boolean not null, is_in_use boolean not null, declared_through date, covers_through date, row_count bigint not null,
    reference_period varchar not null default '', rejected bigint not null default 0
);

-- One row a period of a delivery: as it is written, its days (half-open, empty when it is no period), its rows, and whether this delivery is
-- the newest that has it. Accepted deliveries of registers that append, and what a refused one says it is of.
create table if not exists quality.delivery_periods (
    register varchar not null, sha256 varchar not null, known_from date not null, period varchar not null, start_day date, end_day date,
    row_count bigint not null, is_accepted boolean not null, is_in_use boolean not null
);

-- One row a register whose periods in use do not follow each other: the first day of what is missing, before which coverage stops, how many
-- days are missing, and how many periods overlap another or are none.
create table if not exists quality.breaks (
    register varchar primary key, missing_from date, missing_to date, missing_days bigint not null, overlapping bigint not null, unreadable bigint not null
);

-- One row a register contract: what the expectations need to know of it. `due_on` is the day by which more than what is covered was expected.
create table if not exists quality.registers (register varchar not null, reporting_lag_days integer not null, due_on date, late_days integer not null default 0);

-- One row a register with a delivery in use: what counts of it as a whole. Coverage is the latest of its deliveries, and stops before the first
-- day that is missing between its periods.
create or replace view quality.in_use as
select
    deliveries.register, count(*) as deliveries, max(deliveries.known_from) as known_from,
    least(max(deliveries.covers_through), any_value(breaks.missing_from) - 1) as covers_through,
    sum(deliveries.row_count) as row_count, sum(deliveries.rejected) as rejected
from quality.deliveries as deliveries
left join quality.breaks as breaks on breaks.register = deliveries.register
where deliveries.is_in_use
group by deliveries.register;

-- One row a view of delivered rows, delivery and period: what it shows, deliveries numbered from the oldest.
create table if not exists quality.counting (shown varchar not null, sha256 varchar not null, number integer not null, period varchar not null);

-- One row a register and fact, counted over what is delivered of it when it is staged: part of whole.
create table if not exists quality.register_facts (register varchar not null, fact varchar not null, part bigint not null, whole bigint not null);

-- One row a register that had something else in use before: the two vintages, by digest, and the day the older became known.
create table if not exists quality.vintages (register varchar primary key, before varchar not null, after varchar not null, before_known_from date not null, known_from date not null);

-- One row a register, pair of vintages and column: people who came and went, and those of both whose rows differ in the column, whatever
-- their order; of all columns together where the name is empty. Columns that repeat are one, with the weeks that differ.
create table if not exists quality.vintage_changes (
    register varchar not null, before varchar not null, after varchar not null, column_name varchar not null, people_added bigint not null,
    people_gone bigint not null, people_in_both bigint not null, people_changed bigint not null, weeks_changed bigint, rows_before bigint not null, rows_after bigint not null
);

-- One row a code of a code list and period: the days, both included, between which it is valid; empty where there is no limit.
create table if not exists quality.codes (codelist varchar not null, code varchar not null, valid_from date, valid_to date);

-- One row a built thing (register, cohort or outcome): the digest of the data and definitions it was built from.
create table if not exists quality.built (subject varchar primary key, inputs varchar not null, as_of date not null);

-- One row a rule and subject: the threshold the contract's profile sets.
create table if not exists quality.thresholds (subject varchar not null, rule varchar not null, threshold decimal(18, 6) not null);

-- One row an outcome and a register it needs, and how many months after a window's end an event inside it may still become known.
create table if not exists quality.needs (subject varchar not null, register varchar not null, months_after integer not null default 0);

-- One row a cohort: the period whose enrolments it counts, in day numbers, half-open, and how many arms the contract gives it.
create table if not exists quality.cohorts (
    subject varchar primary key, register varchar not null, start_day integer not null, end_day integer not null, arms integer not null
);

-- One row a cohort and person that the newest data and the frozen list disagree on.
create table if not exists quality.cohort_changes (subject varchar not null, person_id integer not null, change varchar not null);

-- One row a cohort, person of its comparison group, and cohort of the contract (`came_by`) into which they were referred or enrolled afterwards.
create table if not exists quality.contaminated (subject varchar not null, person_id integer not null, came_by varchar not null);

-- One row an outcome: what its indicator's definition makes possible.
create table if not exists quality.plausible (subject varchar primary key, least decimal(18, 6) not null, most decimal(18, 6) not null);

-- One row a member of a cohort, eligible or not, with the reason.
create table if not exists outcomes.cohort_members (
    subject varchar not null, person_id integer not null, role varchar not null, enrolled_day integer, status varchar not null, reason varchar not null
);

-- One row a person of a matched comparison and treated person they stand beside.
create table if not exists outcomes.matched_sets (subject varchar not null, person_id integer not null, for_person integer not null);

-- One row a cohort and what was known of people before enrolment: how alike the groups were before and after matching.
create table if not exists outcomes.balance (
    subject varchar not null, place integer not null, covariate varchar not null, mean_treatment decimal(18, 6), mean_treatment_after decimal(18, 6),
    mean_before decimal(18, 6), mean_after decimal(18, 6), smd_before decimal(18, 6), smd_after decimal(18, 6), variance_ratio_before decimal(18, 6),
    variance_ratio_after decimal(18, 6), n_treatment bigint not null, n_treatment_after bigint not null, n_before bigint not null, n_after bigint not null
);

-- One row a cohort and stretch of the propensity to be enrolled: how many stand there.
create table if not exists outcomes.overlap (
    subject varchar not null, place integer not null, low decimal(18, 6) not null, high decimal(18, 6) not null, n_treatment bigint not null, n_before bigint not null,
    n_after bigint not null
);

-- One row a cohort member and outcome, or part of an outcome that one claim period claims.
create table if not exists outcomes.indicator_values (
    subject varchar not null, person_id integer not null, cohort varchar not null, role varchar not null, status varchar not null, reason varchar not null, component varchar,
    window_start integer not null, window_end integer not null, exposure bigint, value decimal(18, 6),
    evidence struct(start_day integer, end_day integer, code varchar)[]
);

-- One row an outcome: its result as canonical JSON.
create table if not exists outcomes.results (subject varchar primary key, result varchar not null, failure varchar not null);

-- One row an outcome and placebo of its comparison: whether it was estimated and does not move.
create table if not exists quality.placebos (subject varchar not null, placebo varchar not null, is_still boolean not null);

-- One row an expectation that was evaluated tonight, with the digest of what it was evaluated on.
create table if not exists quality.checks (
    subject varchar not null, rule varchar not null, verdict varchar not null, severity varchar not null, numerator bigint, denominator bigint,
    observed varchar not null, threshold varchar not null, reason varchar not null, protects varchar not null, remedy varchar not null,
    dimension varchar not null, cured_by varchar not null, inputs varchar not null, suite varchar not null, as_of date not null
);

-- One row a subject whose suite was asked tonight: how many expectations it declares, how many ran, and how many could not be asked.
create table if not exists quality.tallies (subject varchar primary key, declared integer not null, run integer not null, unasked integer not null);

-- One row a register, pair of vintages, measure and column: how far the newer one moved, as part of whole. `rows_gone`: rows of the older that
-- the newer no longer has, of the older's. `empty`: by how much the share of empty cells grew. `codes`: half the sum of the differences of the
-- shares of each code. The last two are exact fractions of both sizes.
create table if not exists quality.vintage_drift (
    register varchar not null, before varchar not null, after varchar not null, measure varchar not null, column_name varchar not null,
    part hugeint not null, whole hugeint not null
);

-- One row a register and measure of the vintages in use: the column that moved most, and by how much.
create or replace view quality.moved_most as
select
    vintages.register, drift.measure, greatest(max_by(drift.part, drift.part / drift.whole), 0) as part, max_by(drift.whole, drift.part / drift.whole) as whole,
    max_by(drift.column_name, drift.part / drift.whole) as column_name
from quality.vintages as vintages
join quality.vintage_drift as drift on drift.register = vintages.register and drift.before = vintages.before and drift.after = vintages.after
group by vintages.register, drift.measure;

-- One row an outcome's subject: which contract, outcome and indicator it is of.
create table if not exists quality.outcomes (subject varchar primary key, contract varchar not null, outcome varchar not null, indicator varchar not null);

-- One row a cohort whose register says who was refused and by whom: referrals of its period, and those that the provider refused.
create table if not exists quality.refusals (subject varchar primary key, referred bigint not null, by_provider bigint not null);

-- One row a claim that would be decided tonight: what it pays for, its amount, the share of its lines that it pays (all of them when it is
-- final) and what was paid of them on account, the cap a person where there is one, and the outcomes it is compared with.
create table if not exists quality.proposals (
    subject varchar primary key, contract varchar not null, outcome varchar not null, state varchar not null, amount decimal(18, 2) not null,
    share decimal(9, 6) not null, on_account decimal(18, 2) not null,
    adjusted decimal(18, 2) not null, capped decimal(18, 2) not null, cap decimal(18, 2), faster varchar not null, implied varchar not null
);

-- One row a claim and person with something to their name: the amount, and what earlier claims gave.
create table if not exists quality.proposed_lines (subject varchar not null, person_key varchar not null, amount decimal(38, 12) not null, paid_before decimal(38, 12) not null);

-- One row a claim that pays by one price, and price.
create table if not exists quality.prices (subject varchar not null, price decimal(18, 2) not null);

-- One row a claim whose contract names totals from outside: what was found and what the other source says.
create table if not exists quality.totals (subject varchar not null, register varchar not null, found bigint not null, says bigint not null, source varchar not null);

-- One row a claim for which a decision was posted before, and one a person with something to their name in it.
create table if not exists quality.posted_claims (subject varchar primary key);
create table if not exists quality.posted_lines (subject varchar not null, person_key varchar not null, amount decimal(38, 12) not null);

-- One row a cohort: referrals of the newest list and of those logged before it, and of these how many the newest has no longer (`gone`), or has
-- otherwise (`changed`); those that came late, that are of somebody with another one, and that were withdrawn. `since` is the day the first
-- list was logged that has one of the departed; `known_from` that from which what counts now is known.
create table if not exists quality.referral_log (
    subject varchar primary key, referrals bigint not null, logged bigint not null, gone bigint not null, changed bigint not null, late bigint not null,
    repeated bigint not null, withdrawn bigint not null, since date, known_from date not null
);
