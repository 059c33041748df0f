#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/byte_source.hpp"

namespace tillcue::models {

/// An item as head office describes it. Prices in millionths of the currency.
struct CatalogueItem {
  std::string sku, name, category, brand, size, unit, gtin;
  std::optional<std::int64_t> price_micro;
  std::optional<std::int64_t> unit_cost_micro;
  std::uint16_t flags = 0;  ///< tillcue::ItemFlag
  std::uint64_t line = 0;   ///< of the file; 0 unknown
};

struct Catalogue {
  std::vector<CatalogueItem> items;  ///< in file order, no SKU twice, no GTIN twice
  std::unordered_map<std::string, std::uint32_t> by_sku;

  [[nodiscard]] CatalogueItem const* find(std::string const& sku) const;
};

/// Reads items.csv: sku, name; optional: category, price, unit_cost, brand, size, unit, gtin, flags (words of
/// age_restricted, excluded, not_for_sale with spaces or | between). Only the flags say what is no merchandise.
/// A refused row with a readable SKU leaves an item named by its SKU, excluded and with the flags that could be read:
/// it is never offered. Of a repeated SKU the first row is used, with the flags of all.
/// Errors  of the file and its header; invalid when more rows are bad than `limit` allows.
Result<Catalogue> read_catalogue(std::unique_ptr<ByteSource> source, std::string name, BadRowLimit const& limit,
                                 BadRows& bad);
Result<Catalogue> read_catalogue(std::string const& path, BadRowLimit const& limit, BadRows& bad);

/// A note about the sold SKUs that are not in the items file `name`: how many, and the first ones. None: no note.
std::vector<std::string> missing_items(Catalogue const& catalogue, std::span<std::string const> sold,
                                       std::string const& name);

/// True for 8, 12, 13 or 14 digits with the right check digit.  Source  GS1 General Specifications 7.9.
bool is_gtin(std::string_view text);
/// The check digit that completes `digits` (without it).
char gtin_check_digit(std::string_view digits);

}  // namespace tillcue::models
