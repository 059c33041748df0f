#include "diff_parts.hpp"

namespace tillcue::models {
namespace {

std::string price_text(std::optional<Money> const& price) { return price ? to_text(*price) : "unknown"; }

std::string flags_text(ItemView const& item) {
  std::string text;
  auto const add = [&](ItemFlag flag, char const* name) {
    if (!item.has(flag)) return;
    if (!text.empty()) text += ' ';
    text += name;
  };
  add(ItemFlag::age_restricted, "age_restricted");
  add(ItemFlag::excluded, "excluded");
  add(ItemFlag::not_for_sale, "not_for_sale");
  add(ItemFlag::no_trigger, "no_trigger");
  return text.empty() ? "none" : text;
}

void compare_item(ItemView const& before, ItemView const& after, std::vector<Change>& out) {
  auto const where = "item " + std::string(after.sku) + " (" + std::string(after.name) + ")";
  auto const note = [&](char const* what, std::string old_text, std::string new_text) {
    if (old_text != new_text) out.push_back({where, what, std::move(old_text), std::move(new_text)});
  };
  note("name", std::string(before.name), std::string(after.name));
  note("category", std::string(before.category), std::string(after.category));
  note("price", price_text(before.price), price_text(after.price));
  note("unit cost", price_text(before.unit_cost), price_text(after.unit_cost));
  note("flags", flags_text(before), flags_text(after));
}

/// Only by SKU: another item's GTIN must not stand in for it.
ItemIx find_sku(Bundle const& bundle, std::string_view sku) {
  auto const item = bundle.find(sku);
  return item != kNoItem && bundle.item(item).sku == sku ? item : kNoItem;
}

}  // namespace

void compare_items(Bundle const& before, Bundle const& after, BundleDiff& out) {
  for (std::uint32_t n = 0; n < before.item_count(); ++n) {
    auto const item = before.item(ItemIx{n});
    auto const now = find_sku(after, item.sku);
    if (now == kNoItem)
      out.removed.push_back({std::string(item.sku), std::string(item.name)});
    else
      compare_item(item, after.item(now), out.items);
  }
  for (std::uint32_t n = 0; n < after.item_count(); ++n) {
    auto const item = after.item(ItemIx{n});
    if (find_sku(before, item.sku) == kNoItem) out.added.push_back({std::string(item.sku), std::string(item.name)});
  }
}

}  // namespace tillcue::models
