"""Which product comes next?

A shopper has looked at some products. Which one will they look at next? Two simple models try,
each on a few lines: what followed the last product before (a Markov chain of the first order),
and what is looked at together with all that the session has seen (nearest neighbours from item
to item). They are judged on the newest sessions, which neither has seen, beside two baselines
that any model must beat.

Promoted from notebooks/next_product.ipynb by `workbench promote`: edit the notebook and promote
again.
"""

import numpy as np
import pandas as pd
from metaflow import FlowSpec, Parameter, resources, step
from scipy import sparse
from workbench.runtime import notebook_step, show

__notebook__ = "../notebooks/next_product.ipynb"
__promoted__ = "crc32:8b7f7f68"


def numbered_views(sessions, products):
    """One row a view, in order: the session's number, the view's place in it, and the product's number."""
    skus = sessions["skus"].reset_index(drop=True).explode()
    return pd.DataFrame({
        "session": skus.index,
        "place": skus.groupby(level=0).cumcount().to_numpy(),
        "product": products.get_indexer(skus),
    })


def best(scores, k=20):
    """The k best columns of each row, best first; of equal scores the lower number, which is the more popular."""
    candidates = np.sort(np.argpartition(-scores, k, axis=1)[:, :k], axis=1)
    order = np.argsort(-np.take_along_axis(scores, candidates, axis=1), axis=1, kind="stable")
    return np.take_along_axis(candidates, order, axis=1)


def co_views(views, size, recency, reach):
    """How near products stand to one another in sessions, summed over all of them: sparse and symmetric."""
    together = sparse.csr_array((size, size))
    for apart in range(1, reach + 1):
        other = views.groupby("session")["product"].shift(-apart)
        both = other.notna()
        weights = np.full(both.sum(), recency ** (apart - 1))
        where = (views["product"][both], other[both].astype(int))
        together += sparse.coo_array((weights, where), shape=(size, size)).tocsr()
    return together + together.T


def keep_largest(matrix, k):
    """The k largest values of each row."""
    matrix = matrix.tocoo()
    order = np.lexsort([-matrix.data, matrix.row])
    row = matrix.row[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    kept = order[rank < k]
    return sparse.coo_array((matrix.data[kept], (matrix.row[kept], matrix.col[kept])), shape=matrix.shape).tocsr()


def intervals(values, session, rng, draws=400):
    """95% intervals of the columns' means, from drawing whole sessions with replacement."""
    sums = values.groupby(session).sum()
    counts = values.groupby(session).size()
    drawn = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=draws)
    means = (drawn @ sums.to_numpy()) / (drawn @ counts.to_numpy())[:, None]
    return np.quantile(means, [0.025, 0.975], axis=0)


def name_lines(axes, lines, colours):
    """Each line's name at its right end, moved up where it would cover another."""
    height = -np.inf
    for name, end in lines.iloc[-1].sort_values().items():
        height = max(end, height + 0.055 * axes.get_ylim()[1])
        axes.annotate(name, (lines.index[-1], height), (5, 0), textcoords="offset points", annotation_clip=False,
                      color=colours[name], va="center", fontweight="bold")


class NextProductFlow(FlowSpec):
    test_share = Parameter(
        "test_share",
        default=0.25,
        help="the newest share of the sessions is held out: nothing is learnt from it",
    )
    alpha = Parameter(
        "alpha",
        default=1.0,
        help="how many views' worth of overall popularity every product's transitions begin with",
    )
    n_neighbours = Parameter(
        "n_neighbours",
        default=50,
        help="similar products that are kept for each product",
    )
    recency = Parameter("recency", default=0.3, help="the weight of a view, relative to the one after it")
    reach = Parameter(
        "reach",
        default=6,
        help="views apart that are still looked at: recency ** reach is next to nothing",
    )
    seed = Parameter("seed", default=7, help="of the resampling that gives the intervals")

    @notebook_step
    @step(start=True)
    def load(self):
        """One row a session, with the products in the order in which they were looked at. `converted` is
        the mart's definition, the one that the dashboards show.
        """
        import matplotlib.pyplot as plt
        import workbench

        # %% e989f5a2
        plt.rc("figure", dpi=120)
        plt.rc("font", size=9)
        plt.rc("axes", titlesize=10, titleweight="bold", titlelocation="left")
        plt.rc("axes.spines", top=False, right=False)
        pd.options.display.precision = 3
        # %% b309052d Load
        sessions = workbench.sql("""
            select session_id, started_at, ended_at, product_views, converted, skus
            from session_interactions
            where product_views > 0
            order by started_at, session_id
        """)
        show(workbench.table(sessions))

        self.sessions = sessions
        self.next(self.split)

    @notebook_step
    @step
    def split(self):
        """By time: a model is learnt from what was, and judged on what came after. A session that runs
        over the boundary belongs to neither side. Products are numbered by their popularity **in the
        training sessions**; those that only the test sessions show come last, and no model knows them.
        They count as misses, which is what they are.
        """
        sessions, test_share = self.sessions, self.test_share
        # %% 0b4705c2 Split
        boundary = sessions["started_at"].quantile(1 - test_share).floor("s")
        train = sessions[sessions["ended_at"] < boundary]
        test = sessions[(sessions["started_at"] >= boundary) & (sessions["product_views"] > 1)]
        print(f"{len(train):,} sessions before {boundary}, {len(test):,} of two views or more after it")
        # %% 1e5ceb50
        # ties by name, so that the numbering is the same every time
        seen = train["skus"].explode().value_counts().sort_index().sort_values(ascending=False, kind="stable")
        unseen = sorted(set(test["skus"].explode()) - set(seen.index))
        products = pd.Index([*seen.index, *unseen], name="sku")
        n_known = len(seen)
        popularity = seen.to_numpy() / seen.sum()
        print(f"{n_known:,} products to learn, {len(unseen)} that nobody could have learnt")
        # %% 872bda8b
        train_views = numbered_views(train, products)
        test_views = numbered_views(test, products)
        # what is asked of every model: each view of a test session but the first, given all before it
        questions = test_views[test_views["place"] > 0]
        last_product = test_views["product"].shift().loc[questions.index].astype(int).to_numpy()
        target = questions["product"].to_numpy()
        show(questions.head())

        self.last_product = last_product
        self.n_known = n_known
        self.popularity = popularity
        self.products = products
        self.questions = questions
        self.target = target
        self.test = test
        self.test_views = test_views
        self.train_views = train_views
        self.next(self.baselines, self.markov, self.neighbours)

    @notebook_step
    @step
    def baselines(self):
        """The 20 most popular products, for everybody; and the last product once more, with the most
        popular ones after it.
        """
        last_product, products, target = self.last_product, self.products, self.target
        # %% a92e19af Baselines
        top = np.arange(20)  # products are numbered by popularity
        popular_ranking = np.tile(top, (len(target), 1))

        # the last product first, then the popular ones without it
        last = last_product[:, None]
        others = np.where(top[:-1] >= last, top[1:], top[:-1])
        repeat_ranking = np.hstack([last, others])
        show(pd.DataFrame(products.to_numpy()[repeat_ranking[:3, :6]]))

        self.popular_ranking = popular_ranking
        self.repeat_ranking = repeat_ranking
        self.next(self.evaluate)

    @notebook_step
    @step
    def markov(self):
        """Markov chain.

        How often each product came right after each other one. A product that was seen rarely leans on
        the overall popularity: `alpha` views' worth of it are added to every row.
        """
        alpha = self.alpha
        last_product = self.last_product
        n_known = self.n_known
        popularity = self.popularity
        products = self.products
        train_views = self.train_views
        # %% a903a2c3
        pairs = train_views.assign(following=train_views.groupby("session")["product"].shift(-1)).dropna()
        transitions = sparse.coo_array(
            (np.ones(len(pairs)), (pairs["product"], pairs["following"].astype(int))), shape=(len(products), n_known)
        ).tocsr()
        print(f"{transitions.nnz:,} different transitions in {len(pairs):,}")
        # %% 8137a267
        asked, place = np.unique(last_product, return_inverse=True)
        # some hundred rows at a time: with many products the whole matrix would be large
        blocks = [
            best(transitions[asked[start : start + 500]].toarray() + alpha * popularity) for start in range(0, len(asked), 500)
        ]
        markov_ranking = np.vstack(blocks)[place]

        self.markov_ranking = markov_ranking
        self.next(self.evaluate)

    @resources(memory=8000)
    @notebook_step
    @step
    def neighbours(self):
        """Two products are near when the same sessions look at both, the fewer views between them the
        nearer. Like a cosine, the count is divided by what both products' popularity would bring about.
        Each product keeps its `n_neighbours` nearest, and a session scores them with all that it has
        seen, the latest view weighing most.
        """
        n_known = self.n_known
        n_neighbours = self.n_neighbours
        popularity = self.popularity
        questions = self.questions
        reach = self.reach
        recency = self.recency
        test_views = self.test_views
        train_views = self.train_views
        # %% 0d955d9b
        scale = sparse.dia_array((1 / np.sqrt(popularity)[None, :], [0]), shape=(n_known, n_known))
        near = scale @ co_views(train_views, n_known, recency, reach) @ scale
        similarity = keep_largest(near, n_neighbours)
        print(f"{similarity.nnz / n_known:.0f} neighbours a product")
        # %% 470e099f
        # what each question has seen: a row a question, a column a product, the latest view weighing most
        history = sparse.csr_array((len(questions), n_known))
        for age in range(1, reach + 1):
            before = test_views.groupby("session")["product"].shift(age).loc[questions.index].to_numpy()
            known = before < n_known  # false also where there is no such view
            where = (np.flatnonzero(known), before[known].astype(int))
            history += sparse.coo_array((np.full(known.sum(), recency ** (age - 1)), where), shape=history.shape).tocsr()

        # popularity only settles what the neighbours leave open
        blocks = [
            best((history[start : start + 2000] @ similarity).toarray() + 1e-6 * popularity)
            for start in range(0, len(questions), 2000)
        ]
        neighbours_ranking = np.vstack(blocks)

        self.neighbours_ranking = neighbours_ranking
        self.next(self.evaluate)

    @notebook_step
    @step
    def evaluate(self, inputs):
        """**MRR@20** is the mean of one divided by the rank at which the right product stands, nothing
        below the twentieth; **HR@20** the share of questions where it is among the twenty at all. The
        intervals are of 95%, from resampling whole sessions: views of one session aren't independent.
        """
        import workbench

        markov_ranking = inputs.markov.markov_ranking
        neighbours_ranking = inputs.neighbours.neighbours_ranking
        popular_ranking = inputs.baselines.popular_ranking
        questions = inputs.neighbours.questions
        repeat_ranking = inputs.baselines.repeat_ranking
        seed = self.seed
        target = inputs.baselines.target
        test = inputs.baselines.test
        # %% 3942f0cc Evaluate
        rankings = {
            "popularity": popular_ranking,
            "repeat last": repeat_ranking,
            "Markov": markov_ranking,
            "neighbours": neighbours_ranking,
        }
        ranks = np.arange(1, 21)
        hits = {name: ranking == target[:, None] for name, ranking in rankings.items()}
        reciprocal = pd.DataFrame({name: (hit / ranks).sum(axis=1) for name, hit in hits.items()})
        # %% 56b9035a
        low, high = intervals(reciprocal, questions["session"].to_numpy(), np.random.default_rng(seed))
        # the sessions that matter most, by the definition of conversion that the dashboards have
        bought = test["converted"].to_numpy()[questions["session"]]
        scores = pd.DataFrame({
            "MRR@20": reciprocal.mean(),
            "low": low,
            "high": high,
            "× popularity": reciprocal.mean() / reciprocal["popularity"].mean(),
            "MRR@20 of buyers": reciprocal[bought].mean(),
            "HR@20": pd.Series({name: hit.any(axis=1).mean() for name, hit in hits.items()}),
        })
        show(scores)
        # %% f7919475
        winner = scores.loc[["Markov", "neighbours"], "MRR@20"].idxmax()
        mrr_at_20 = float(scores.loc[winner, "MRR@20"])
        hr_at_20 = float(scores.loc[winner, "HR@20"])
        workbench.log_parameter("winner", winner)
        workbench.log_metric("mrr_at_20", mrr_at_20)
        workbench.log_metric("hr_at_20", hr_at_20)
        for name, value in scores["MRR@20"].items():
            workbench.log_metric(f"mrr_at_20_{name.lower().replace(' ', '_')}", value)
        print(f"{winner} wins")

        self.hits = hits
        self.hr_at_20 = hr_at_20
        self.mrr_at_20 = mrr_at_20
        self.ranks = ranks
        self.scores = scores
        self.winner = winner
        self.next(self.report)

    @notebook_step
    @step(end=True)
    def report(self):
        """How sure the difference is, and what a longer list would bring."""
        import matplotlib.pyplot as plt
        import workbench
        from matplotlib.ticker import PercentFormatter

        hits = self.hits
        hr_at_20 = self.hr_at_20
        mrr_at_20 = self.mrr_at_20
        ranks = self.ranks
        scores = self.scores
        winner = self.winner
        # %% 1cfaf723
        colours = {"popularity": "#b8bcc4", "repeat last": "#878d99", "Markov": "#e07a3f", "neighbours": "#2f6f9f"}
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), width_ratios=[1, 1.15], layout="constrained")

        shown = scores.iloc[::-1]
        errors = [shown["MRR@20"] - shown["low"], shown["high"] - shown["MRR@20"]]
        left.barh(shown.index, shown["MRR@20"], xerr=errors, color=[colours[name] for name in shown.index], height=0.62,
                  error_kw={"elinewidth": 1, "capsize": 2.5, "ecolor": "#333"})
        for position, (value, end) in enumerate(zip(shown["MRR@20"], shown["high"])):
            left.text(end + 0.006, position, f"{value:.3f}", va="center")
        left.set(title="MRR@20, with 95% intervals", xlim=(0, shown["high"].max() * 1.2))

        curves = pd.DataFrame({name: hit.cumsum(axis=1).mean(axis=0) for name, hit in hits.items()}, index=ranks)
        curves.plot(ax=right, color=colours, linewidth=2, legend=False)
        right.set(title="Share of questions answered within k", xlabel="k", xlim=(1, 20), ylim=(0, None))
        right.set_xticks([1, 5, 10, 15, 20])
        name_lines(right, curves, colours)
        right.yaxis.set_major_formatter(PercentFormatter(1))
        right.grid(axis="y", color="#eee")
        for axes in (left, right):
            axes.spines["left"].set_visible(False)
            axes.tick_params(axis="y", length=0)
        workbench.log_figure("scores", figure)
        times = mrr_at_20 / scores.loc["popularity", "MRR@20"]
        print(f"{winner} wins: MRR@20 {mrr_at_20:.3f}, {times:.1f} times popularity; HR@20 {hr_at_20:.3f}")

        self.times = times


if __name__ == "__main__":
    NextProductFlow()
