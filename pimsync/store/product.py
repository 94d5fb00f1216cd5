"""The master product: what a record of the catalog is, once it is read and checked.

One record is one item that can be sold. `sku` is the key. Everything else may be missing: what a channel cannot do without
is the channel's business, and said there.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic import Field as Entry

from pimsync.findings import Severity

#: Text without what no feed can carry, and with something in it.
Text = Annotated[str, Entry(min_length=1, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]*$")]
Amount = Annotated[Decimal, Entry(ge=0, max_digits=18, decimal_places=4)]
Currency = Annotated[str, Entry(pattern="^[A-Z]{3}$")]


class Part(BaseModel):
    """Nothing unknown in it."""

    model_config = ConfigDict(extra="forbid")


class Detail(Part):
    """One line of a product's data sheet."""

    section: Text | None = None
    name: Text
    value: Text


class Shipping(Part):
    """What it costs to bring the product somewhere."""

    country: Annotated[str, Entry(pattern="^[A-Z]{2}$")]
    region: Text | None = None
    service: Text | None = None
    price: Amount
    currency: Currency | None = None


Condition = Literal["new", "refurbished", "used"]
Availability = Literal["in_stock", "out_of_stock", "preorder", "backorder"]
Gender = Literal["male", "female", "unisex"]
AgeGroup = Literal["newborn", "infant", "toddler", "kids", "adult"]
WeightUnit = Literal["mg", "g", "kg", "oz", "lb"]
LengthUnit = Literal["mm", "cm", "m", "in", "ft", "yd"]


class Product(Part):
    """One item that can be sold, as the master catalog knows it."""

    sku: Text
    parent_sku: Text | None = None
    gtin: Text | None = None
    mpn: Text | None = None
    brand: Text | None = None
    title: Text | None = None
    description: Text | None = None
    highlights: list[Text] | None = None
    details: list[Detail] | None = None
    url: Text | None = None
    mobile_url: Text | None = None
    image: Text | None = None
    images: list[Text] | None = None
    videos: list[Text] | None = None
    category: Text | None = None
    google_category: Text | None = None
    condition: Condition | None = None
    adult: bool | None = None
    bundle: bool | None = None
    multipack: Annotated[int, Entry(ge=0)] | None = None
    price: Amount | None = None
    sale_price: Amount | None = None
    currency: Currency | None = None
    sale_starts: AwareDatetime | None = None
    sale_ends: AwareDatetime | None = None
    cost: Amount | None = None
    unit_measure: Text | None = None
    unit_base_measure: Text | None = None
    quantity: int | None = None
    availability: Availability | None = None
    available_on: AwareDatetime | None = None
    expires_on: AwareDatetime | None = None
    color: Text | None = None
    size: Text | None = None
    size_system: Text | None = None
    size_type: Text | None = None
    material: Text | None = None
    pattern: Text | None = None
    gender: Gender | None = None
    age_group: AgeGroup | None = None
    weight: Amount | None = None
    weight_unit: WeightUnit | None = None
    length: Amount | None = None
    width: Amount | None = None
    height: Amount | None = None
    length_unit: LengthUnit | None = None
    shipping: list[Shipping] | None = None
    labels: list[Text] | None = None
    attributes: dict[str, Text] | None = None


Kind = Literal[
    "text", "code", "price", "measure", "integer", "boolean", "moment", "currency", "choice", "list", "links", "details",
    "shipping", "attributes",
]  # fmt: skip

TYPES: dict[str, str] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "price": "DECIMAL(18,4)",
    "measure": "DECIMAL(18,4)",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "moment": "TIMESTAMPTZ",
    "currency": "VARCHAR",
    "choice": "VARCHAR",
    "list": "VARCHAR[]",
    "links": "VARCHAR[]",
    "details": "STRUCT(section VARCHAR, name VARCHAR, value VARCHAR)[]",
    "shipping": "STRUCT(country VARCHAR, region VARCHAR, service VARCHAR, price DECIMAL(18,4), currency VARCHAR)[]",
    "attributes": "MAP(VARCHAR, VARCHAR)",
}


@dataclass(frozen=True, slots=True)
class Field:
    """How one field of the master product is found in a catalog and read from it."""

    name: str
    kind: Kind = "text"
    synonyms: tuple[str, ...] = ()
    severity: Severity = Severity.WARNING  # of a value that cannot be read

    @property
    def sql(self) -> str:
        """The SQL type of the snapshot's column."""
        return TYPES[self.kind]


def _field(name: str, kind: Kind = "text", *synonyms: str, error: bool = False) -> Field:
    return Field(name, kind, synonyms, Severity.ERROR if error else Severity.WARNING)


_TABLE = (
    _field("sku", "code", "id", "item_id", "product_id", "offer_id", "retailer_id", "sku_id", error=True),
    _field("parent_sku", "code", "item_group_id", "group_id", "parent_id", "parent"),
    _field("gtin", "code", "ean", "upc", "isbn", "jan", "ean13", "gtin13", "gtin14", "gtin12", "gtin8", "barcode",
           error=True),
    _field("mpn", "code", "manufacturer_part_number", "part_number"),
    _field("brand", "text", "manufacturer", "vendor", "producer"),
    _field("title", "text", "name", "product_name", "product_title"),
    _field("description", "text", "product_description", "long_description", "body_html"),
    _field("highlights", "list", "product_highlight", "product_highlights", "highlight", "bullet_points"),
    _field("details", "details", "product_detail", "product_details"),
    _field("url", "text", "link", "product_url", "product_link"),
    _field("mobile_url", "text", "mobile_link"),
    _field("image", "text", "image_link", "image_url", "main_image"),
    _field("images", "links", "additional_image_link", "additional_image_links", "additional_images", "image_links",
           "image_urls"),
    _field("videos", "links", "video_link", "video_links", "video", "video_url"),
    _field("category", "text", "product_type", "category_path", "categories"),
    _field("google_category", "text", "google_product_category"),
    _field("condition", "choice", "item_condition", error=True),
    _field("adult", "boolean", "is_adult", error=True),
    _field("bundle", "boolean", "is_bundle"),
    _field("multipack", "integer"),
    _field("price", "price", "regular_price", error=True),
    _field("sale_price", "price", "special_price", error=True),
    _field("currency", "currency", "price_currency", "currency_code", error=True),
    _field("sale_starts", "moment", "sale_start_date", "sale_price_start_date", error=True),
    _field("sale_ends", "moment", "sale_end_date", "sale_price_end_date", error=True),
    _field("cost", "price", "cost_of_goods_sold", "cost_price", "purchase_price"),
    _field("unit_measure", "text", "unit_pricing_measure"),
    _field("unit_base_measure", "text", "unit_pricing_base_measure"),
    _field("quantity", "integer", "stock", "qty", "inventory", "stock_quantity", "quantity_to_sell_on_facebook",
           "sell_on_google_quantity", error=True),
    _field("availability", "choice", "stock_status", error=True),
    _field("available_on", "moment", "availability_date"),
    _field("expires_on", "moment", "expiration_date"),
    _field("color", "text", "colour"),
    _field("size"),
    _field("size_system"),
    _field("size_type"),
    _field("material"),
    _field("pattern"),
    _field("gender", "choice"),
    _field("age_group", "choice"),
    _field("weight", "measure", "shipping_weight", "product_weight", "item_weight"),
    _field("weight_unit", "choice"),
    _field("length", "measure", "shipping_length", "product_length"),
    _field("width", "measure", "shipping_width", "product_width"),
    _field("height", "measure", "shipping_height", "product_height"),
    _field("length_unit", "choice", "dimension_unit", "size_unit"),
    _field("shipping", "shipping"),
    _field("labels", "list", "label"),
    _field("attributes", "attributes"),
)  # fmt: skip

#: Every field of the master product, in the order of the snapshot's columns.
FIELDS: dict[str, Field] = {field.name: field for field in _TABLE}
