"""Two names of one thing: names, containers, views, objects that hold one another."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "alias_container": (
        "inner = [1]\nouter = {'a': inner, 'b': inner}",
        "inner.append(2)\nouter['a'].append(3)",
        "print(outer, inner, outer['a'] is inner)",
    ),
    "alias_np_view": ("import numpy as np\na = np.arange(6)\nv = a[::2]", "v[0] = 100", "a[2] = 50\nprint(a, v)"),
    "alias_df": (
        "import pandas as pd\ndf = pd.DataFrame({'a':[1,2]})\nsame = df",
        "df['b'] = 3",
        "print(list(same.columns), same is df)",
    ),
    "self_ref": ("l = [1]\nl.append(l)", "l.append(2)", "print(len(l), l[1] is l)"),
    "tuple_alias": ("x = [0]\nt = (x, x)", "x.append(1)", "print(t, t[0] is t[1])"),
    "setattr_chain": (
        "class Box: pass\nbox = Box()\nbox.inner = Box()",
        "box.inner.value = 3",
        "print(box.inner.value)",
    ),
    "alias_index_named_later": (
        "import pandas as pd\nidx = pd.Index(['a','b'], name='i')\ns = pd.Series([1,2], index=idx)\nt = pd.Series([3,4], index=idx)",
        "idx.name = 'j'\nprint(s.index.name, t.index.name)",
        "print(s.index is idx, s)",
    ),
    "alias_index_of_derived_frames_named_later": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1,2], 'b': [3,4]}, index=['x','y'])\ns = df['a']\nsub = df[['b']]",
        "df.index.name = 'key'\nprint(s.index.name, sub.index.name)",
        "df.columns.names = ['c']\nprint(sub.index.names, df.columns.name)",
    ),
}
