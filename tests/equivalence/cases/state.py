"""State of the process: generators, options, environment, folders, warnings, logging, patched modules."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "logging_before_an_import": (
        "import logging, sys\nlogging.basicConfig(level=logging.INFO, format='%(levelname)s: %(message)s', stream=sys.stdout)\nimport colorsys",
        "logging.info('told')",
    ),
    "random": (
        "import random\nrandom.seed(3)\na = random.random()",
        "b = random.random()",
        "print(round(a,6), round(b,6), round(random.random(),6))",
    ),
    "np_generator": (
        "import numpy as np\nrng = np.random.default_rng(0)\na = rng.random()",
        "b = rng.random()",
        "print(a, b, rng.random())",
    ),
    "environ": (
        "import os\nos.environ['MY_FLAG'] = 'yes'",
        "v = os.environ.get('MY_FLAG')",
        "print(v, os.getenv('MY_FLAG'))",
    ),
    "chdir": (
        "import os\nos.makedirs('sub', exist_ok=True)\nos.chdir('sub')",
        "open('f.txt','w').write('hi')",
        "print(open('f.txt').read(), os.path.basename(os.getcwd()))",
    ),
    "warnings": (
        "import warnings\nwarnings.simplefilter('error')",
        "r = 'none'\ntry:\n    warnings.warn('x')\nexcept UserWarning:\n    r = 'raised'",
        "print(r)\ntry:\n    warnings.warn('y')\n    print('quiet')\nexcept UserWarning:\n    print('again')",
    ),
    "np_printoptions": (
        "import numpy as np\nnp.set_printoptions(precision=2)",
        "a = np.array([1.23456])\nprint(a)",
        "print(a)",
    ),
    "decimal": (
        "from decimal import Decimal, getcontext\ngetcontext().prec = 5",
        "x = Decimal(1)/Decimal(7)",
        "print(x, Decimal(2)/Decimal(3))",
    ),
    "locale_logging": (
        "import logging, sys\nlogging.basicConfig(stream=sys.stdout, level=logging.INFO, format='%(message)s')\nlog = logging.getLogger('x')",
        "log.info('b')",
        "log.info('c')\nlog.debug('no')",
    ),
    "rcparams": (
        "import matplotlib\nmatplotlib.rcParams['figure.dpi'] = 55",
        "d = matplotlib.rcParams['figure.dpi']",
        "print(d, matplotlib.rcParams['figure.dpi'])",
    ),
    "counters": (
        "import numbered_things as nt\nfirst = nt.Thing()",
        "second = nt.Thing()",
        "print(first, second, nt.Thing())",
    ),
    "monkeypatch": ("import math\nmath.tau = 7", "t = math.tau", "print(t, math.tau)"),
    "pandas_display": (
        "import pandas as pd\npd.options.display.max_rows = 5\ndf = pd.DataFrame({'a': range(20)})",
        "df",
        "df.describe()",
    ),
    "plots": (
        "import matplotlib.pyplot as plt\n%matplotlib inline\nfig, ax = plt.subplots()\nax.plot([1,2])",
        "ax.set_title('t')\nfig",
        "plt.plot([1,2,3]);",
    ),
    "warnings_recorded_from_cell_to_cell": (
        "import warnings\nrecorder = warnings.catch_warnings(record=True)\nseen = recorder.__enter__()\n"
        "warnings.simplefilter('always')",
        "warnings.warn('one')\nprint(len(seen))",
        "warnings.warn('two')\nprint([str(one.message) for one in seen])\nrecorder.__exit__(None, None, None)\n"
        "warnings.simplefilter('always')\nwarnings.warn('three')",
    ),
    "warnings_recorded_by_a_stack": (
        "import contextlib, warnings\nstack = contextlib.ExitStack()\n"
        "seen = stack.enter_context(warnings.catch_warnings(record=True))\nwarnings.simplefilter('always')",
        "warnings.warn('one')\nprint(len(seen))\nstack.close()",
        "warnings.warn('two')\nprint(len(seen))",
    ),
    "warnings_recorded_for_nobody": (
        "import warnings\nwarnings.catch_warnings(record=True).__enter__()",
        "warnings.warn('one')",
        "warnings.warn('two')\nprint('quiet')",
    ),
    "logger_class": (
        "import logging, sys\nclass L(logging.Logger):\n    def shout(self, m):\n"
        "        print('SHOUT', m)\nlogging.setLoggerClass(L)\nlog = logging.getLogger('a.b')\n"
        "log.shout('x')",
        "log.shout('y')\nprint(type(logging.getLogger('a.b')).__name__)",
        "logging.getLogger('c').shout('z')\nprint(logging.getLoggerClass().__name__)",
    ),
    "logger_with_an_attribute": (
        "import logging, sys\nclass L(logging.Logger):\n    def shout(self, m):\n"
        "        print('SHOUT', m)\nlogging.setLoggerClass(L)\nlog = logging.getLogger('a.b')\n"
        "log.count = 3",
        "print(logging.getLogger('a.b').count)\nlogging.getLogger('a.b').shout(2)\nlogging.getLogger('a.b').count += 1",
        "print(log.count, log is logging.getLogger('a.b'))",
    ),
    "logger_class_for_one": (
        "import logging, sys\nclass L(logging.Logger):\n    pass\nlogging.setLoggerClass(L)\n"
        "log = logging.getLogger('a.b')\nlogging.setLoggerClass(logging.Logger)",
        "print(type(logging.getLogger('a.b')).__name__, type(logging.getLogger('a.b.c')).__name__)\n"
        "print(logging.getLogger('a.b.c').parent is log, log.parent is logging.root)",
        "print(log)",
    ),
    "plain_logger_with_an_attribute": (
        "import logging, sys\nlog = logging.getLogger('a.b')\n"
        "log.addHandler(logging.StreamHandler(sys.stdout))\nlog.runs = [1]",
        "log.warning('x')\nlog.runs.append(2)",
        "log.warning(log.runs)\nprint(logging.getLogger('a').getChild('b') is log)",
    ),
}
