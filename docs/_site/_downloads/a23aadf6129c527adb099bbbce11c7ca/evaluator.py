"""A notebook for evaluators: the published result of a trial, computed again from the published tables, with its plot.

`make notebook` opens it on the home that `UDBYTTE_HOME` names; `marimo edit docs/notebooks/evaluator.py -- --home FOLDER` on another one.
"""

import marimo

app = marimo.App(width="medium", app_title="A result, computed again")


@app.cell
def _():
    import fractions
    import json
    import os
    import pathlib

    import altair as alt
    import duckdb
    import marimo as mo
    import polars as pl

    return alt, duckdb, fractions, json, mo, os, pathlib, pl


@app.cell
def _(mo, os, pathlib):
    home = pathlib.Path(mo.cli_args().get("home") or os.environ.get("UDBYTTE_HOME") or "var")
    contract, outcome = "tarp", "rearrest_52_weeks"
    mo.md(
        f"""
        # A result, computed again

        The contract `{contract}` pays when fewer people are arrested within 52 weeks of their release with financial aid than without it.
        A lot decided who got aid, so the two groups can be compared as they are. Everything below is read from `{home}/published/open.duckdb`,
        which anybody may read: aggregates alone, and no number that could tell of few people.
        """
    )
    return contract, home, outcome


@app.cell
def _(contract, duckdb, home, mo, outcome):
    with duckdb.connect(str(home / "published" / "open.duckdb"), read_only=True) as published:
        results = published.execute(
            "select role, n, n_counted, value, counts_state, estimates from indicator_results where contract = ? and outcome = ? order by role", [contract, outcome]
        ).pl()
        meanings = published.execute("select column_name, column_meaning from data_dictionary where table_name = 'indicator_results'").pl()
    mo.stop(
        results.is_empty() or set(results["counts_state"]) != {"shown"},
        mo.md(f"There is no result of `{contract}/{outcome}` to show in this home; `udbytte sample` and `udbytte run` make one."),
    )
    mo.vstack([mo.md("## The result, as published"), results.drop("estimates"), mo.accordion({"What each column means": meanings})])
    return (results,)


@app.cell
def _(fractions, mo, results):
    shares = {role: fractions.Fraction(value) / counted for role, value, counted in results.select("role", "value", "n_counted").iter_rows()}
    reduction = (shares["comparison"] - shares["treatment"]) / shares["comparison"]
    counts = {role: (int(value), counted) for role, value, counted in results.select("role", "value", "n_counted").iter_rows()}
    mo.md(
        f"""
        ## Computed again

        {counts["treatment"][0]} of {counts["treatment"][1]} with aid ({float(shares["treatment"]):.1%}) against {counts["comparison"][0]} of
        {counts["comparison"][1]} without ({float(shares["comparison"]):.1%}): the relative reduction is

        $$\\frac{{{counts["comparison"][0]} - {counts["treatment"][0]}}}{{{counts["comparison"][0]}}} = \\frac{{{reduction.numerator}}}{{{reduction.denominator}}}
        = {float(reduction):.2%}$$
        """
    )
    return reduction, shares


@app.cell
def _(fractions, json, mo, reduction, results):
    estimated = json.loads(results["estimates"][0])["quantities"]
    is_same = fractions.Fraction(estimated["relative_reduction"]["exact"]) == reduction
    difference, interval = estimated["difference"]["value"], estimated["difference"]["intervals"]["agresti_caffo"]
    mo.callout(
        mo.md(
            f"The night published {estimated['relative_reduction']['exact']}, "
            + ("which is the same." if is_same else f"and this notebook finds {reduction}.")
            + f" The difference of the two shares is {difference}, with an interval ({interval['level']}, Agresti-Caffo) from {interval['low']} to {interval['high']}."
        ),
        kind="success" if is_same else "danger",
    )
    return interval, is_same


@app.cell
def _(alt, mo, pl, shares):
    names = {"treatment": "with aid", "comparison": "without"}
    plotted = pl.DataFrame({"group": [names[role] for role in shares], "share": [float(share) for share in shares.values()]})
    bars = alt.Chart(plotted, title="Arrested within 52 weeks of release").encode(
        y=alt.Y("group:N", title=None, sort="-x"), x=alt.X("share:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 0.4]))
    )
    chart = (bars.mark_bar(height=28, color="#3b6ea5") + bars.mark_text(align="left", dx=6).encode(text=alt.Text("share:Q", format=".1%"))).properties(width=480, height=90)
    mo.vstack([chart, plotted])
    return (chart,)


if __name__ == "__main__":
    app.run()
