#include "tillcue/models/catalogue.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "tillcue/core/bundle.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/models/field.hpp"
#include "tillcue/models/sale_text.hpp"
#include "tillcue/models/table.hpp"

namespace tillcue::models {
namespace {

enum Wanted : std::size_t { kSku, kName, kCategory, kPrice, kCost, kBrand, kSize, kUnit, kGtin, kFlags };
constexpr Column kColumns[] = {{"sku", true}, {"name", true}, {"category"}, {"price"}, {"unit_cost"},
                               {"brand"},     {"size"},       {"unit"},     {"gtin"},  {"flags"}};

struct NamedFlag {
  std::string_view name;
  ItemFlag flag;
};
constexpr NamedFlag kFlagNames[] = {{"age_restricted", ItemFlag::age_restricted},
                                    {"excluded", ItemFlag::excluded},
                                    {"not_for_sale", ItemFlag::not_for_sale},
                                    {"no_trigger", ItemFlag::no_trigger}};

using Complaint = std::optional<std::string>;

/// Takes every word that is known, also when another one is not.
Complaint parse_flags(std::string_view text, std::uint16_t& flags) {
  Complaint complaint;
  while (!text.empty()) {
    auto const end = std::min(text.find_first_of(" |"), text.size());
    auto const word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    auto const known = std::find_if(std::begin(kFlagNames), std::end(kFlagNames),
                                    [&](NamedFlag const& flag) { return flag.name == word; });
    if (known != std::end(kFlagNames)) {
      flags = static_cast<std::uint16_t>(flags | static_cast<std::uint16_t>(known->flag));
    } else if (!complaint) {
      complaint = "flags: '" + std::string(word.substr(0, 40)) +
                  "' is none of age_restricted, excluded, not_for_sale, no_trigger";
    }
  }
  return complaint;
}

Complaint parse_price(std::string_view column, std::string_view text, std::optional<std::int64_t>& out) {
  if (text.empty()) return std::nullopt;
  out = parse_decimal(text, kPriceDecimals);
  if (out && *out >= 0) return std::nullopt;
  if (!out) return amount_complaint(column, text, "2.55");
  return std::string(column) + ": '" + std::string(text.substr(0, 40)) +
         "' is below 0; write what one costs, or nothing";
}

Complaint parse_texts(Table const& table, CatalogueItem& item) {
  struct {
    Wanted column;
    std::string* text;
  } const texts[] = {{kSku, &item.sku},   {kName, &item.name}, {kCategory, &item.category}, {kBrand, &item.brand},
                     {kSize, &item.size}, {kUnit, &item.unit}, {kGtin, &item.gtin}};
  for (auto const& [column, text] : texts) {
    auto const field = table.field(column);
    if (!is_clean_text(field)) {
      return std::string(kColumns[column].name) + ": not clean UTF-8, or it holds a line end or tab; mend the text";
    }
    *text = field;
  }
  if (item.sku.empty()) return "sku: is empty; every row needs one";
  if (item.sku.size() > kMaxIdentifier) return "sku: longer than " + std::to_string(kMaxIdentifier) + " bytes";
  if (item.name.empty()) item.name = item.sku;
  return std::nullopt;
}

Complaint parse(Table const& table, CatalogueItem& item) {
  if (auto complaint = parse_texts(table, item)) return complaint;
  if (auto complaint = parse_price("price", table.field(kPrice), item.price_micro)) return complaint;
  if (auto complaint = parse_price("unit_cost", table.field(kCost), item.unit_cost_micro)) return complaint;
  if (auto complaint = parse_flags(table.field(kFlags), item.flags)) return complaint;
  if (!item.gtin.empty() && !is_gtin(item.gtin)) {
    return "gtin: '" + item.gtin.substr(0, 20) + "' is not 8, 12, 13 or 14 digits with a right check digit";
  }
  return std::nullopt;
}

/// Collects the items of one file. An item whose row is refused is not unknown: it may be one that must not be offered.
class Reader {
 public:
  Reader(Table& table, BadRows& bad) : table_(table), bad_(bad) {}

  Result<Catalogue> read() {
    for (;;) {
      auto const more = table_.next(bad_, [this] { return keep_back(); });
      if (!more) return tl::unexpected(more.error());
      if (!*more) break;
      take();
    }
    sum_up();
    return std::move(catalogue_);
  }

 private:
  void take() {
    CatalogueItem item;
    item.line = table_.line();
    auto complaint = parse(table_, item);
    if (!complaint) {
      if (auto const earlier = catalogue_.by_sku.find(item.sku); earlier != catalogue_.by_sku.end()) {
        auto& flags = catalogue_.items[earlier->second].flags;
        flags = static_cast<std::uint16_t>(flags | item.flags);
        bad_.add(table_.name(), table_.line(),
                 "sku: '" + item.sku + "' is there twice; keep one (the first is used, with the flags of both)");
        return;
      }
      if (!item.gtin.empty() && !gtins_.insert(item.gtin).second) {
        complaint = "gtin: " + item.gtin + " belongs to an earlier row; keep one";
      }
    }
    if (complaint)
      bad_.add(table_.name(), table_.line(), *complaint + keep_back());
    else
      add(std::move(item));
  }

  /// Keeps the refused row at hand as an item that is never offered; returns what to say of it.
  std::string keep_back() {
    ++refused_;
    auto const sku = table_.field(kSku);
    if (sku.empty() || sku.size() > kMaxIdentifier || !is_clean_text(sku)) {
      ++nameless_;
      return {};
    }
    auto flags = static_cast<std::uint16_t>(ItemFlag::excluded);
    (void)parse_flags(table_.field(kFlags), flags);
    auto const found = catalogue_.by_sku.find(std::string(sku));
    if (found == catalogue_.by_sku.end()) {
      CatalogueItem item;
      item.sku = item.name = sku;
      item.flags = flags;
      kept_back_.insert(item.sku);
      add(std::move(item));
    } else {
      auto& item = catalogue_.items[found->second];
      item.flags = static_cast<std::uint16_t>(item.flags | flags);
      kept_back_.insert(item.sku);
    }
    return "; '" + std::string(sku) + "' is not offered until then";
  }

  void add(CatalogueItem item) {
    catalogue_.by_sku.emplace(item.sku, static_cast<std::uint32_t>(catalogue_.items.size()));
    catalogue_.items.push_back(std::move(item));
  }

  void sum_up() {
    auto const priced = [](CatalogueItem const& item) { return item.price_micro.has_value(); };
    auto const& items = catalogue_.items;
    if (!items.empty() && std::none_of(items.begin(), items.end(), priced)) {
      bad_.total(table_.name() +
                 ": has no prices (column 'price' is missing or empty); items get the median price they were sold at");
    }
    if (refused_ == 0) return;
    auto text =
        table_.name() + ": " + std::to_string(refused_) + (refused_ == 1 ? " refused row: " : " refused rows: ");
    text += std::to_string(kept_back_.size()) + (kept_back_.size() == 1 ? " item is" : " items are") +
            " kept by SKU and never offered";
    if (nameless_ > 0) {
      text += "; " + std::to_string(nameless_) + (nameless_ == 1 ? " has" : " have") +
              " no readable SKU: what their flags say is lost";
    }
    bad_.total(text + "; mend the rows");
  }

  Table& table_;
  BadRows& bad_;
  Catalogue catalogue_;
  std::unordered_set<std::string> gtins_;
  std::unordered_set<std::string> kept_back_;
  std::uint64_t refused_ = 0;
  std::uint64_t nameless_ = 0;
};

}  // namespace

CatalogueItem const* Catalogue::find(std::string const& sku) const {
  auto const found = by_sku.find(sku);
  return found == by_sku.end() ? nullptr : &items[found->second];
}

std::vector<std::string> missing_items(Catalogue const& catalogue, std::span<std::string const> sold,
                                       std::string const& name) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> missing;
  for (auto const& sku : sold) {
    if (catalogue.find(sku) == nullptr) missing.push_back(sku);
  }
  if (missing.empty()) return {};
  auto text = name + ": " + std::to_string(missing.size()) + " of " + std::to_string(sold.size()) +
              " sold SKUs have no row and are named by their SKU:";
  std::sort(missing.begin(), missing.end());
  for (std::size_t n = 0; n < std::min(kShown, missing.size()); ++n) text += (n > 0 ? ", '" : " '") + missing[n] + "'";
  if (missing.size() > kShown) text += ", ...";
  return {text};
}

char gtin_check_digit(std::string_view digits) {
  int sum = 0;
  int weight = 3;
  for (std::size_t n = digits.size(); n-- > 0; weight = 4 - weight) sum += weight * (digits[n] - '0');
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

bool is_gtin(std::string_view text) {
  auto const size = text.size();
  if (size != 8 && size != 12 && size != 13 && size != 14) return false;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return false;
  return gtin_check_digit(text.substr(0, size - 1)) == text.back();
}

Result<Catalogue> read_catalogue(std::unique_ptr<ByteSource> source, std::string name, BadRowLimit const& limit,
                                 BadRows& bad) {
  auto table = Table::open(std::move(source), std::move(name), kColumns);
  if (!table) return tl::unexpected(table.error());
  auto catalogue = Reader(*table, bad).read();
  if (!catalogue) return catalogue;
  if (auto const judged = bad.judge(limit, "items"); !judged) return tl::unexpected(judged.error());
  return catalogue;
}

Result<Catalogue> read_catalogue(std::string const& path, BadRowLimit const& limit, BadRows& bad) {
  auto source = open_file(path);
  if (!source) return tl::unexpected(source.error());
  return read_catalogue(std::move(*source), path, limit, bad);
}

}  // namespace tillcue::models
