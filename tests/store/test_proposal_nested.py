"""A catalog of products that hold their variants and images: found by init, and built."""

from __future__ import annotations

import json

import pytest

from pimsync import api, initial, project

VARIANTS = [
    {"id": 11, "sku": "TEE-S", "price": "12.00 EUR", "size": "S", "stock": 3, "title": "Small"},
    {"id": 12, "sku": "TEE-M", "price": "13.00 EUR", "size": "M", "stock": 0, "title": "Medium"},
]
PRODUCT = {
    "id": 1, "title": "Cotton tee", "description": "Soft.", "brand": "Nordvik", "link": "https://nordvik.example/tee",
    "images": [{"id": 5, "src": "https://cdn.example/a.jpg"}, {"id": 6, "src": "https://cdn.example/b.jpg"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "held"), [("variants", {"variants": VARIANTS}), ("options.variant", {"options": {"variant": VARIANTS}})]
)
def test_variants_and_images_are_found(path, held, tmp_path):
    alone = {**PRODUCT, "id": 2, "title": "Mug", "sku": "MUG", "price": "5.00 EUR", "stock": 1}
    (tmp_path / "shop.json").write_text(
        json.dumps({"products": [{**PRODUCT, **held}, {**alone, **{k: [] for k in held}}]})
    )
    initial.init(str(tmp_path / "shop.json"), tmp_path)
    shop = project.load(tmp_path / "pimsync.toml")
    assert shop.catalog.variants == path
    result = api.build(shop)
    assert (result.catalog.records, result.catalog.products, result.channels[0].items) == (2, 3, 3)
    feed = result.channels[0].feed[0].path.read_text(encoding="utf-8")
    assert feed.count("<g:image_link>https://cdn.example/a.jpg</g:image_link>") == 3
    assert feed.count("<g:item_group_id>1</g:item_group_id>") == 2
    assert feed.count("<g:title>Cotton tee</g:title>") == 2
