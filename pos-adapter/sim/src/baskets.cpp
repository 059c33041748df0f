#include "baskets.hpp"

#include <charconv>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos::sim {
namespace {

tl::unexpected<Error> bad(TableFile const& table, std::string_view field, std::string_view text) {
  return fail(Code::invalid,
              table.place() + ": " + std::string(field) + " \"" + std::string(text) + "\" is not a number");
}

/// A decimal in `unit`ths, rounded: real files carry averages such as 2.554.
std::optional<std::int64_t> scaled(std::string_view text, double unit) {
  double value = 0;
  auto const end = text.data() + text.size();
  auto const [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end || !std::isfinite(value) || std::abs(value * unit) > 1e15)
    return std::nullopt;
  return std::llround(value * unit);
}

double minor_units(Currency currency) { return std::pow(10.0, currency.digits); }

std::string shortened(std::string_view text, std::size_t limit) {
  while (text.size() > limit ||
         (!text.empty() && text.size() == limit && (static_cast<unsigned char>(text.back()) & 0x80U))) {
    text.remove_suffix(1);
  }
  return std::string(text);
}

/// Adds the scan of the row read last; nothing for a return.
Result<void> put_scan(TableFile const& table, Catalogue const& catalogue, Currency currency, RecordedBasket& basket) {
  Scan out;
  out.sku = Sku(std::string(table.cell("sku")));
  if (out.sku.empty() || out.sku.value.size() > kMaxIdentifier) {
    return fail(Code::invalid, table.place() + ": sku must have 1 to 64 bytes");
  }
  if (auto const quantity = table.cell("quantity"); !quantity.empty()) {
    auto const milli = scaled(quantity, 1000);
    if (!milli) return bad(table, "quantity", quantity);
    if (*milli <= 0) return {};
    out.quantity = Quantity{*milli};
  }
  auto const known = catalogue.find(out.sku.value);
  out.name = known != catalogue.end() && !known->second.name.empty() ? known->second.name : out.sku.value;
  if (known != catalogue.end()) out.price_minor = known->second.price_minor;
  if (auto const price = table.cell("unit_price"); !price.empty()) {
    out.price_minor = scaled(price, minor_units(currency));
    if (!out.price_minor) return bad(table, "unit_price", price);
  }
  basket.scans.push_back(std::move(out));
  return {};
}

}  // namespace

Result<Catalogue> read_catalogue(std::string const& path, Currency currency) {
  auto table = TableFile::open(path, {"sku", "name"});
  if (!table) return tl::unexpected(table.error());
  Catalogue catalogue;
  for (;;) {
    auto const row = table->next();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return catalogue;
    Article article{shortened(table->cell("name"), kMaxText), std::nullopt};
    if (auto const price = table->cell("price"); !price.empty()) {
      article.price_minor = scaled(price, minor_units(currency));
      if (!article.price_minor) return bad(*table, "price", price);
    }
    catalogue.insert_or_assign(std::string(table->cell("sku")), std::move(article));
  }
}

Result<std::vector<RecordedBasket>> read_baskets(std::string const& path, Catalogue const& catalogue, Currency currency,
                                                 std::size_t limit) {
  auto table = TableFile::open(path, {"basket_id", "sku"});
  if (!table) return tl::unexpected(table.error());
  std::vector<RecordedBasket> baskets;
  std::unordered_map<std::string, std::size_t> places;
  for (;;) {
    auto const row = table->next();
    if (!row) return tl::unexpected(row.error());
    if (!*row) break;
    std::string id(table->cell("basket_id"));
    auto const known = places.find(id);
    if (known == places.end() && baskets.size() >= limit) continue;
    auto const place = known == places.end() ? baskets.size() : known->second;
    if (known == places.end()) {
      places.emplace(id, place);
      baskets.push_back({std::move(id), std::string(table->cell("customer_id")), {}});
    }
    if (auto const put = put_scan(*table, catalogue, currency, baskets[place]); !put)
      return tl::unexpected(put.error());
  }
  std::erase_if(baskets, [](RecordedBasket const& basket) { return basket.scans.empty(); });
  return baskets;
}

}  // namespace tillcue::pos::sim
