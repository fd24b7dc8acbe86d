"""Displays by id, rich reprs, streams, failures, tasks, threads and values that live in one process."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "display_several": (
        "display(1, 'a', [2])",
        "from IPython.display import display as show_it\nshow_it(1)\n2",
        "print('a'); display(3); print('b')",
    ),
    "display_id_cells": (["h = display('a', display_id='k')", "h.update('b')"], "x = 1", "print(x)"),
    "update_display_steps": (
        "from IPython.display import update_display\ndisplay('a', display_id='k')",
        "update_display('b', display_id='k')",
        "print('x')",
    ),
    "display_handle_value": ("h = display('a', display_id='k')", "print(h.display_id)", "h"),
    "clear_loop": (
        "from IPython.display import clear_output\nfor i in range(3):\n    clear_output(wait=True)\n    print(i)",
        "print('a')\nclear_output()\nprint('b')",
        "print('a')\nclear_output(wait=True)",
    ),
    "repr_html_2": (
        "class H:\n    def _repr_html_(self): return '<b>h</b>'\n    def __repr__(self): return 'H!'\nh = H()",
        "h",
        "display(h)",
    ),
    "ipython_display": (
        "class D:\n    def _ipython_display_(self): print('own'); display('x')\nd = D()",
        "d",
        "display(d)\nprint('end')",
    ),
    "html_objects": (
        "from IPython.display import HTML, Markdown, Latex, JSON, SVG, Javascript, Math\nh = HTML('<b>1</b>')",
        "display(h, Markdown('# a'), Latex('$x$'))\nh",
        "display(JSON({'a': 1}), SVG('<svg></svg>'), Math('x'))",
    ),
    "display_raw": (
        "display({'text/plain': 'raw', 'text/html': '<b>r</b>'}, raw=True)",
        "from IPython.display import publish_display_data\npublish_display_data({'text/plain': 'pub'})",
        "display({'a': 1})",
    ),
    "display_include": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1]})\ndisplay(df, include=['text/plain'])",
        "display(df, exclude=['text/plain'])",
        "df",
    ),
    "formatter_registered": (
        "class A: pass\nget_ipython().display_formatter.formatters['text/plain'].for_type(A, lambda o, p, c: p.text('AAA'))\na = A()",
        "a",
        "[a]",
    ),
    "formatter_float": (
        "get_ipython().display_formatter.formatters['text/plain'].for_type(float, lambda v, p, c: p.text(f'{v:.1f}'))",
        "3.14159",
        "[2.71828]",
    ),
    "styler": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\nst = df.style.set_uuid('u').highlight_max()",
        "st",
        "st.hide(axis='index')",
    ),
    "df_wide": (
        "import pandas as pd\ndf = pd.DataFrame({f'column_number_{i}': [i] for i in range(30)})",
        "df",
        "print(df)",
    ),
    "df_options_html": (
        "import pandas as pd\npd.set_option('display.notebook_repr_html', False)",
        "pd.DataFrame({'a': [1]})",
        "pd.set_option('display.notebook_repr_html', True)\npd.DataFrame({'a': [1]})",
    ),
    "tqdm_auto": ("from tqdm.auto import tqdm\nfor _ in tqdm(range(2), bar_format='{n}'): pass", "x = 1", "print(x)"),
    "carriage": (
        "import sys\nfor i in range(3):\n    print(f'\\r{i}', end='')\nprint()",
        "sys.stdout.write('abc\\rd\\n')",
        "print('a\\bb')",
    ),
    "order_display_print": (
        "print('a'); display(1); print('b'); display(2); print('c')\n3",
        "import sys\nprint('o'); display(1); print('e', file=sys.stderr); display(2)",
        "x = 1",
    ),
    "c_order": (
        "import os\nprint('a'); os.system('echo b'); print('c', flush=True); os.system('echo d')",
        "x = 1",
        "print(x)",
    ),
    "thread_print": (
        "import threading\nt = threading.Thread(target=lambda: print('in thread'))\nt.start(); t.join()\ndel t",
        "print('main')",
        "x = 1",
    ),
    "thread_outlives_nonames": (
        "import threading, time\nout = []\ndef later():\n    time.sleep(0.3)\n    out.append(1)\nthreading.Thread(target=later).start()",
        "time.sleep(1)",
        "print(out)",
    ),
    "subprocess_outlives": (
        "import subprocess\np = subprocess.Popen(['sh', '-c', 'sleep 0.3; echo done > p.txt'])",
        "p.wait()",
        "print(open('p.txt').read())",
    ),
    "display_id_cell": ("h = display('a', display_id=True)\nh.update('b')", "x = 1", "print(x)"),
    "display_id_steps": ("h = display('a', display_id='k')", "h.update('b')", "print('x')"),
    "display_same_id_steps": ("display('a', display_id='k')", "display('b', display_id='k')", "print('x')"),
    "display_handle_display": ("h = display('a', display_id='k')", "h.display('c')", "print('x')"),
    "clear_display": (
        "from IPython.display import clear_output, display\nfor i in range(3):\n    clear_output(wait=True)\n    display(i)",
        "display(1); clear_output(); 2",
        "print('x')",
    ),
    "repr_mimebundle": (
        "class M:\n    def _repr_mimebundle_(self, include=None, exclude=None): return {'text/plain': 'M!', 'text/html': '<i>m</i>'}\nm = M()",
        "m",
        "display(m)",
    ),
    "repr_pretty": ("class P:\n    def _repr_pretty_(self, p, cycle): p.text('pretty')\np = P()", "p", "[p, p]"),
    "repr_prints": (
        "class R:\n    def __repr__(self):\n        print('side')\n        return 'R'\nr = R()",
        "r",
        "print(r)",
    ),
    "image_object": (
        "from IPython.display import Image\nimport base64\ndata = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')\nim = Image(data)",
        "im",
        "display(im)",
    ),
    "pretty_obj": (
        "from IPython.display import Pretty, display_html, display_markdown\nPretty('p')",
        "display_html('<b>x</b>', raw=True)",
        "display_markdown('# m', raw=True)",
    ),
    "display_none": ("display()", "display(None)", "print(display(1))"),
    "display_metadata": ("display('a', metadata={'k': 'v'})", "x = display('a'); print(x)", "1"),
    "formatter_html": (
        "from fractions import Fraction\nget_ipython().display_formatter.formatters['text/html'].for_type(Fraction, lambda f: f'<b>{f}</b>')",
        "Fraction(1, 2)",
        "x = 1",
    ),
    "star_display": (
        "from IPython.display import *\ndisplay(HTML('a'))",
        "clear_output\nprint('x')",
        "display(Markdown('b'))",
    ),
    "styler_lambda": (
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\nst = df.style.set_uuid('u').map(lambda v: 'color: red')",
        "st",
        "print('red' in st.to_html())",
    ),
    "df_long": ("import pandas as pd\ndf = pd.DataFrame({'a': range(100)})", "df", "print(df)"),
    "tqdm_bar": (
        "from tqdm import tqdm\nfor _ in tqdm(range(3), ncols=60, bar_format='{l_bar}{n}'): pass",
        "import sys\nfor _ in tqdm(range(2), file=sys.stdout, bar_format='{n}'): pass",
        "print('x')",
    ),
    "tqdm_pandas": (
        "import pandas as pd\nfrom tqdm import tqdm\ntqdm.pandas(bar_format='{n}')",
        "pd.Series([1, 2]).progress_apply(lambda v: v)",
        "print(hasattr(pd.Series, 'progress_apply'))",
    ),
    "print_end": ("print('a', end='')", "print('b', end='')\nprint('c')", "'x'"),
    "stderr_stdout": (
        "import sys\nprint('o1'); print('e1', file=sys.stderr); print('o2'); print('e2', file=sys.stderr)",
        "print('e', file=sys.stderr)\n5",
        "display(1)\nprint('e', file=sys.stderr)\ndisplay(2)",
    ),
    "c_output": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.puts(b'from c'); libc.fflush(None)\ndel libc",
        "import os\nos.write(1, b'raw\\n')",
        "os.write(2, b'rawerr\\n')\nprint('x')",
    ),
    "sys_dunder_stdout": ("import sys\nprint('x', file=sys.__stdout__)\nsys.__stdout__.flush()", "x = 1", "print(x)"),
    "thread_outlives": (
        "import threading, time\ndef later():\n    time.sleep(0.4)\n    print('late')\nt = threading.Thread(target=later)\nt.start()",
        "import time\ntime.sleep(1)",
        "print('end')",
    ),
    "timer_outlives": (
        "import threading\nout = []\nthreading.Timer(0.2, lambda: out.append(1)).start()",
        "import time\ntime.sleep(0.6)",
        "print(out)",
    ),
    "figure_shown_later": (
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2]);",
        "fig",
        "ax.set_title('later')\nfig",
    ),
    "figures_kept_by_agg": (
        "import matplotlib.pyplot as plt\nplt.switch_backend('agg')\nf = plt.figure(3)\ng = plt.figure(7)\nplt.figure(3);",
        "print(plt.gcf() is f, plt.get_fignums(), f.number)\nplt.figure(7)\nplt.plot([3])\nplt.title('t');",
        "print(plt.gcf() is g, plt.gca().get_title(), f.axes)\nplt.close('all')",
        "import matplotlib.pyplot as plt\nplt.get_fignums()",
    ),
    "figures_not_closed": (
        "import matplotlib.pyplot as plt\n%config InlineBackend.close_figures = False\nplt.plot([1, 2])",
        "plt.title('x')",
        "print(plt.gca().get_title(), plt.get_fignums())",
    ),
    "matplotlib_nbagg": (
        "import matplotlib.pyplot as plt\n%matplotlib nbagg\nfig = plt.figure()\nplt.plot([1, 2])",
        "plt.figure()\nplt.plot([1, 2])\nplt.show()\nplt.get_fignums()",
        "fig.axes[0].set_title('x')\nprint(plt.get_fignums(), plt.gcf().number)",
        "fig",
    ),
}

REFUSED = {
    "formatter_registered": "WB301",
    "formatter_float": "WB301",
    "thread_outlives_nonames": "WB409",
    "subprocess_outlives": "WB401",
    "formatter_html": "WB301",
    "tqdm_pandas": "WB311",
    "thread_outlives": "WB409",
    "timer_outlives": "WB409",
}
