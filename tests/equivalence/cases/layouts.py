"""How arrays lie in memory: their order and strides, whether they can be written to, whose memory it is."""

from __future__ import annotations

from cases.model import Steps

_TRY = "for each in (d, e, o, part):\n    try:\n        each[0] = 1\n    except ValueError as error: print(error)"

CASES: dict[str, Steps] = {
    "layout_read_only": (
        "import numpy as np\nd = np.broadcast_to(np.arange(3), (2, 3))\ne = np.arange(3); e.setflags(write=False)\n"
        "o = np.array(['a', 1], object); o.setflags(write=False)\npart = np.arange(6)[::2]; part.setflags(write=False)\n"
        "pair = [e, e]\nfree = np.arange(3)",
        f"{_TRY}\nfree[0] = 5\nprint(pair[0] is e)",
        "print(d, e, o, part, free)\ntry:\n    pair[0][0] = 1\nexcept ValueError as error: print(error)",
    ),
    "layout_read_only_alone": (
        "import numpy as np\ne = np.frombuffer(b'abcd', np.uint8)\nbig = np.broadcast_to(np.float64(1), (1000,))",
        "try:\n    e[0] = 1\nexcept ValueError as error: print(error)",
        "try:\n    e += 1\nexcept ValueError as error: print(error)\nprint(e, big.sum())",
    ),
    "layout_read_only_in_a_frame": (
        "import numpy as np, pandas as pd\na = np.arange(3.); a.setflags(write=False)\n"
        "df = pd.DataFrame(a, columns=['a'], copy=False)\ns = {'s': pd.Series(a, copy=False)}\ndel a",
        "try:\n    df.iloc[0, 0] = 7\nexcept ValueError as error: print(error)",
        "try:\n    s['s'].iloc[1] = 7\nexcept ValueError as error: print(error)\nprint(df, s)",
    ),
    "layout_read_only_copy_on_write": (
        "import pandas as pd\npd.set_option('mode.copy_on_write', True)\ndf = pd.DataFrame({'a': [1, 2]})\nv = df.a.values",
        "try:\n    v[0] = 7\nexcept ValueError as error: print(error)",
    ),
    "layout_made_writeable_again": (
        "import numpy as np\na = np.arange(3); a.flags.writeable = False\nv = np.arange(3)[1:]; v.flags.writeable = False",
        "a.flags.writeable = v.flags.writeable = True\na[0] = v[0] = 9\nprint(a, v, a.flags.writeable, v.base)",
    ),
    "layout_fortran": (
        "import numpy as np\na = np.asfortranarray(np.arange(6).reshape(2, 3))",
        "print(a.flags, a.strides, a.ravel('K'))",
    ),
    "layout_transposed": (
        "import numpy as np\na = np.arange(6.).reshape(2, 3)\nb = a.T\nc = np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2)",
        "print(b.flags, b.strides, b.base is None)",
        "print(c.strides, c.ravel('K'), c.base.shape, a.flags.owndata)",
    ),
    "layout_transposed_not_looked_at": (
        "import numpy as np\na = np.arange(24.).reshape(2, 3, 4).transpose(1, 0, 2)\nb = np.arange(12).reshape(3, 4)[:, ::2]",
        "print(a.ravel('K'), b.ravel('K'), np.empty_like(a).ravel('K').shape)",
        "print([float(x) for x in np.nditer(a)], np.isfortran(b.T))",
    ),
    "layout_strides": (
        "import numpy as np\na = np.arange(10)[::3]\nb = np.arange(10)[::-1]\nc = np.arange(12).reshape(3, 4)[:, 1]\n"
        "n = np.arange(3)[:, None]\nw = np.lib.stride_tricks.sliding_window_view(np.arange(5), 2)",
        "print(a, a.strides, b, b.strides, c, c.strides)",
        "print(n.strides, n.flags.owndata, w.strides, w)\na[0] = c[1] = 7\nprint(a.base, c.base)",
    ),
    "layout_rounding_along_strides": (
        "import numpy as np\nx = np.random.default_rng(1).random((1000, 7)).astype('float32')\ncols = x[:, :4]\nrow = x[:, 3]",
        "print(repr(float(cols.sum())), repr(float(row.sum())), repr(float(cols.mean(axis=0)[0])))",
    ),
    "layout_rounding_alone": (
        "import numpy as np\nx = np.random.default_rng(1).random((1000, 7)).astype('float32')\ncols = x[:, :4]\ndel x",
        "print(repr(float(cols.sum())), [repr(float(each)) for each in cols.sum(axis=0)])",
    ),
    "layout_rounding_in_a_frame": (
        "import numpy as np, pandas as pd\nx = np.random.default_rng(1).random((1000, 7)).astype('float32')\n"
        "df = pd.DataFrame(x).iloc[:, 1:4]\nhalf = pd.DataFrame(x).iloc[::2]",
        "print(df.sum().map(float).map(repr).tolist(), repr(float(half.to_numpy().sum())))",
        "print(repr(float(df.to_numpy().sum())))",
    ),
    "layout_objects": (
        "import numpy as np\nxs = [1]\no = np.array([xs, 2, xs, 4], object)[::2]\n"
        "f = np.zeros(3, [('n', 'i8'), ('x', object)])['x']\nf[1] = xs",
        "o[0].append(5)\nprint(o, o[1] is xs, f, f[1] is xs)",
        "f[0] = 3\nprint(f, o, xs)",
    ),
    "layout_owned": (
        "import numpy as np\na = np.arange(2000)\nb = [a]\nc = np.zeros((2, 3), order='F')",
        "print(a.base is None, a.flags.owndata, c.flags.owndata, c.flags.f_contiguous)",
        "del b\na.resize(2001, refcheck=False)\nprint(a.size, a[-1])",
    ),
    "layout_base": (
        "import numpy as np\nv = np.arange(6)[2:]\nm = np.arange(4).reshape(2, 2)",
        "print(v.base is None, v.flags.owndata, v.base, m.base)",
        "v.base[3] = 100\nprint(v)",
    ),
    "layout_of_a_bytearray": (
        "import numpy as np, array\nba = bytearray(b'abcd')\na = np.frombuffer(ba, np.uint8)\n"
        "numbers = array.array('d', [1, 2, 3])\nn = np.asarray(numbers)[1:]",
        "a[0] = 122\nn[0] = 7\nprint(ba, numbers)",
        "ba[1] = 121\nnumbers[2] = 9\nprint(a, n)",
    ),
    "layout_window": (
        "import numpy as np\nx = np.arange(5)\nw = np.lib.stride_tricks.sliding_window_view(x, 3)",
        "x[2] = 50\nprint(w)",
        "print(w.sum(axis=1), x)",
    ),
    "layout_subclasses": (
        "import numpy as np\nm = np.asmatrix(np.arange(6).reshape(2, 3))[:, ::2]\nr = np.rec.array([(1, 'a'), (2, 'b')], dtype=[('x', int), ('y', 'U1')])\n"
        "r.setflags(write=False)\nclass Tagged(np.ndarray): pass\nt = np.arange(6).view(Tagged)[::2]\nt.tag = 'kept'",
        "print(m * 2, type(m).__name__, m.ravel('K'), t, t.tag, type(t).__name__)\n"
        "try:\n    r.x[0] = 5\nexcept ValueError as error: print(error)",
    ),
}
