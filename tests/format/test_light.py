"""What a build does without: libraries that cost more to load than a small shop's feeds to make."""

from __future__ import annotations

import subprocess
import sys

CATALOG = """\
sku,title,description,url,image,price,condition,quantity,brand,gtin
CAP-1,Wool cap,<p>A warm cap &amp; scarf.</p>,https://shop.example/p/1,https://shop.example/i/1.jpg,19.90 EUR,new,4,Nordfaden,4006381333931
CAP-2,Linen cap,A light cap.,shop.example/p/2,https://shop.example/i/2.jpg,17.90 EUR,new,2,Nordfaden,4006381333932
"""
BUILD = """\
import sys
from pathlib import Path
from pimsync import api, project

here = Path(sys.argv[1])
shop = project.of_options(str(here / "catalog.csv"), ["google_shopping", "meta_catalog"], {})
result = api.build(shop, out=here / "out")
assert result.findings and result.fixes
print("pandas" in sys.modules)
"""


def test_a_build_with_findings_and_repairs_loads_no_pandas(tmp_path):
    (tmp_path / "catalog.csv").write_text(CATALOG, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", BUILD, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"
