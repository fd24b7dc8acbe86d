"""Figures, warnings and logging across steps."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "plt_units": (
        "import matplotlib.units as munits\nimport matplotlib.dates as md, datetime\nclass C(md.ConciseDateConverter): pass\nmunits.registry[datetime.date] = C()",
        "print(type(munits.registry[datetime.date]).__name__)",
        "print(type(munits.registry[datetime.date]).__name__)",
    ),
    "plt_rc_context_open": (
        "import matplotlib.pyplot as plt\nctx = plt.rc_context({'lines.linewidth': 7})\nctx.__enter__()",
        "print(plt.rcParams['lines.linewidth'])",
        "ctx.__exit__(None, None, None)\nprint(plt.rcParams['lines.linewidth'])",
    ),
    "plt_cycler": (
        "import matplotlib.pyplot as plt\nfrom cycler import cycler\nplt.rcParams['axes.prop_cycle'] = cycler(color=['r', 'g'])",
        "fig, ax = plt.subplots()\nl1, = ax.plot([1])\nprint(l1.get_color())\nplt.close(fig)",
        "l2, = ax.plot([2])\nl3, = ax.plot([3])\nprint(l2.get_color(), l3.get_color())",
    ),
    "plt_fignums": (
        "import matplotlib.pyplot as plt\nplt.figure(5)\nprint(plt.get_fignums())",
        "print(plt.get_fignums())\nf = plt.figure()\nprint(f.number)",
        "g = plt.figure()\nprint(g.number, plt.get_fignums())",
    ),
    "plt_ioff_figure": (
        "import matplotlib.pyplot as plt\nplt.ioff()\nfig, ax = plt.subplots()",
        "ax.plot([1])\nprint(plt.get_fignums())",
        "fig",
    ),
    "plt_svg": (
        "%config InlineBackend.figure_formats = ['svg']\nimport matplotlib.pyplot as plt",
        "fig = plt.figure(); plt.plot([1, 2])",
        "fig2, ax = plt.subplots()\nNone",
    ),
    "plt_show": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('after')",
        "plt.plot([1]); print('before')",
        "print('x'); plt.plot([2]); plt.show(); plt.plot([3]); plt.show(); print('end')",
    ),
    "plt_axes_alias": (
        "import matplotlib.pyplot as plt\nfig, axs = plt.subplots(1, 2)\nleft = axs[0]",
        "left.set_xlabel('x')",
        "print(axs[0].get_xlabel(), axs[0] is left, fig.axes[0] is left)",
    ),
    "warn_once_per_location": ("import warnings\ndef f():\n    warnings.warn('careful')\n", "f()\nf()", "f()"),
    "warn_default_lib": ("import numpy as np\nx = np.array([0.0])", "y = x / x", "z = x / x\nprint(z)"),
    "warn_formatwarning": (
        "import warnings\nwarnings.formatwarning = lambda m, *a, **k: f'! {m}\\n'",
        "warnings.warn('a')",
        "warnings.warn('b')",
    ),
    "warn_ignore_module": (
        "import warnings\nwarnings.filterwarnings('ignore', message='be')",
        "warnings.warn('be quiet')\nprint('q')",
        "warnings.warn('loud')",
    ),
    "warn_in_function_registry": (
        "open('wmod.py','w').write('import warnings\\ndef g():\\n    warnings.warn(\"from module\")\\n')",
        "import wmod\nwmod.g()\nwmod.g()",
        "wmod.g()\nprint('x')",
    ),
    "log_default_warning": (
        "import logging\nlogging.warning('first')",
        "logging.warning('second')",
        "logging.info('third')\nlogging.error('fourth')",
    ),
    "log_file": (
        "import logging\nlog = logging.getLogger('f')\nlog.addHandler(logging.FileHandler('x.log', mode='w'))\nlog.setLevel(logging.INFO)\nlog.propagate = False",
        "log.info('one')",
        "log.info('two')\nprint(open('x.log').read())",
    ),
    "log_custom_filter": (
        "import logging, sys\nclass F(logging.Filter):\n    def filter(self, r): return 'no' not in r.msg\nh = logging.StreamHandler(sys.stdout)\nh.addFilter(F())\nlog = logging.getLogger('cf')\nlog.setLevel('INFO')\nlog.addHandler(h)\nlog.propagate = False",
        "log.info('yes')\nlog.info('no')",
        "log.info('yes again')\nlog.info('no more')",
    ),
    "log_custom_handler": (
        "import logging\nclass H(logging.Handler):\n    def emit(self, r): print('H', r.getMessage())\nlog = logging.getLogger('ch')\nlog.addHandler(H())\nlog.setLevel('INFO')\nlog.propagate = False",
        "log.info('one')",
        "log.info('two')",
    ),
    "log_level_name": (
        "import logging\nlogging.addLevelName(25, 'NOTE')\nlogging.basicConfig(level=20)",
        "logging.log(25, 'x')",
        "print(logging.getLevelName(25))",
    ),
    "log_adapter": (
        "import logging, sys\nlogging.basicConfig(stream=sys.stdout, level=20, format='%(who)s %(message)s')\nad = logging.LoggerAdapter(logging.getLogger(), {'who': 'me'})",
        "ad.info('one')",
        "ad.info('two')",
    ),
    "log_record_factory": (
        "import logging, sys\nold = logging.getLogRecordFactory()\ndef factory(*a, **k):\n    r = old(*a, **k)\n    r.tag = 'T'\n    return r\nlogging.setLogRecordFactory(factory)\nlogging.basicConfig(stream=sys.stdout, format='%(tag)s %(message)s')",
        "logging.warning('a')",
        "logging.warning('b')",
    ),
    "log_formatter_subclass": (
        "import logging, sys\nclass Fm(logging.Formatter):\n    def format(self, r): return '>' + r.getMessage()\nh = logging.StreamHandler(sys.stdout)\nh.setFormatter(Fm())\nlogging.getLogger().addHandler(h)",
        "logging.warning('a')",
        "logging.warning('b')",
    ),
    "plt_style": (
        "import matplotlib.pyplot as plt\nplt.style.use('ggplot')",
        "print(plt.rcParams['axes.facecolor'])",
        "plt.style.use('default')\nprint(plt.rcParams['axes.facecolor'])",
    ),
    "plt_rc": (
        "import matplotlib.pyplot as plt\nplt.rc('font', size=20)\nplt.rc('lines', lw=3)",
        "print(plt.rcParams['font.size'])",
        "plt.rcdefaults()\nprint(plt.rcParams['font.size'], plt.rcParams['figure.dpi'])",
    ),
    "plt_fig_later": (
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])",
        "ax.set_title('t')\nprint(len(ax.lines), fig.axes[0] is ax)",
        "ax.plot([3, 4])\nprint(len(fig.axes[0].lines), plt.get_fignums())\nfig",
    ),
    "plt_ion": (
        "import matplotlib.pyplot as plt\nprint(plt.isinteractive())\nplt.ioff()",
        "print(plt.isinteractive())",
        "plt.ion()\nprint(plt.isinteractive())",
    ),
    "plt_cmap_registered": (
        "import matplotlib as mpl\nfrom matplotlib.colors import ListedColormap\nmpl.colormaps.register(ListedColormap(['r', 'g'], name='mine'))",
        "print('mine' in mpl.colormaps)",
        "print(mpl.colormaps['mine'](0))",
    ),
    "plt_retina": (
        "%config InlineBackend.figure_format = 'retina'\nimport matplotlib.pyplot as plt",
        "plt.plot([1, 2]);",
        "plt.plot([1, 2]);",
    ),
    "plt_set_matplotlib_formats": (
        "from matplotlib_inline.backend_inline import set_matplotlib_formats\nset_matplotlib_formats('svg')\nimport matplotlib.pyplot as plt",
        "plt.plot([1, 2]);",
        "x = plt.plot([1, 2])",
    ),
    "plt_pandas_plot": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})",
        "ax = df.plot()\nprint(type(ax).__name__)",
        "df.plot.bar()",
    ),
    "plt_rcparams_file": (
        "import matplotlib as mpl\nmpl.rcParams.update({'figure.figsize': (3, 2), 'font.family': 'serif'})",
        "print(mpl.rcParams['figure.figsize'])",
        "mpl.rcParams.update(mpl.rcParamsDefault)\nprint(mpl.rcParams['figure.figsize'])",
    ),
    "warn_once": (
        "import warnings\nwarnings.simplefilter('once')\nwarnings.warn('same')",
        "warnings.warn('same')",
        "warnings.warn('same')\nprint('done')",
    ),
    "warn_same_cell_text": (
        "import warnings",
        "for i in range(3): warnings.warn('loop')",
        "for i in range(3): warnings.warn('loop')",
    ),
    "warn_showwarning": (
        "import warnings\ndef mine(message, category, filename, lineno, file=None, line=None): print('W:', message)\nwarnings.showwarning = mine",
        "warnings.warn('a')",
        "warnings.warn('b')",
    ),
    "warn_error_then_reset": (
        "import warnings\nwarnings.filterwarnings('error', category=DeprecationWarning)",
        "try:\n    warnings.warn('old', DeprecationWarning)\nexcept DeprecationWarning:\n    print('raised')",
        "warnings.resetwarnings()\nprint(warnings.filters)",
    ),
    "warn_simplefilter_default_ignored": (
        "import warnings\nwarnings.warn('dep', DeprecationWarning)",
        "warnings.warn('dep', DeprecationWarning)",
        "import os\nwarnings.warn('imp', ImportWarning)\nprint(1)",
    ),
    "log_basic": (
        "import logging\nlogging.basicConfig(level=logging.INFO)\nlogging.info('a')",
        "logging.info('b')",
        "logging.getLogger('m').info('c')",
    ),
    "log_stringio": (
        "import io, logging\nbuf = io.StringIO()\nlog = logging.getLogger('s')\nlog.setLevel('INFO')\nlog.addHandler(logging.StreamHandler(buf))\nlog.propagate = False",
        "log.info('one')",
        "log.info('two')\nprint(buf.getvalue().split())",
    ),
    "log_rotating": (
        "import logging.handlers\nlog = logging.getLogger('r')\nlog.addHandler(logging.handlers.RotatingFileHandler('r.log'))\nlog.setLevel(logging.INFO)\nlog.propagate = False",
        "log.info('one')",
        "log.info('two')\nprint(open('r.log').read())",
    ),
    "log_logger_filter": (
        "import logging, sys\nlogging.basicConfig(stream=sys.stdout, level=logging.INFO)\nlog = logging.getLogger('lf')\nlog.addFilter(lambda r: 'no' not in r.msg)",
        "log.info('yes')\nlog.info('no')",
        "log.info('yes again')\nlog.info('no more')",
    ),
    "log_handler_value": (
        "import logging, sys\nh = logging.StreamHandler(sys.stdout)\nlog = logging.getLogger('hv')\nlog.addHandler(h)\nlog.setLevel('INFO')\nlog.propagate = False",
        "log.info('a')\nh.setLevel('ERROR')",
        "log.info('b')\nlog.error('c')",
    ),
    "log_disable": (
        "import logging, sys\nlogging.basicConfig(stream=sys.stdout, level=20)\nlogging.disable(logging.WARNING)",
        "logging.warning('no')\nlogging.error('yes')",
        "logging.disable(logging.NOTSET)\nlogging.warning('now')",
    ),
    "log_dictconfig": (
        "import logging.config\nlogging.config.dictConfig({'version': 1, 'formatters': {'f': {'format': '[%(name)s] %(message)s'}}, 'handlers': {'h': {'class': 'logging.StreamHandler', 'stream': 'ext://sys.stdout', 'formatter': 'f'}}, 'root': {'handlers': ['h'], 'level': 'INFO'}})",
        "logging.info('a')",
        "logging.getLogger('z').info('b')",
    ),
}

REFUSED = {"plt_rc_context_open": "WB401", "plt_cmap_registered": "WB311"}
