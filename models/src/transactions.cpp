#include "tillcue/models/transactions.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "tillcue/core/sku.hpp"
#include "tillcue/models/field.hpp"
#include "tillcue/models/table.hpp"

namespace tillcue::models {
namespace {

enum Wanted : std::size_t { kBasket, kSku, kTime, kQuantity, kPrice };
constexpr Column kColumns[] = {{"basket_id", true}, {"sku", true}, {"timestamp"}, {"quantity"}, {"unit_price"}};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
using Names = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

std::uint64_t key_of(std::string_view id) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325ULL;
  for (char const c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3ULL;
  return hash;
}

struct Row {
  std::uint32_t basket;
  std::uint32_t item;
};

struct Fields {
  std::string_view basket, sku;
  std::int64_t time = kNoTime;
  TimeKind kind = TimeKind::none;
  std::int64_t quantity_milli = 1000;
  std::optional<std::int64_t> price_micro;
};

std::string quoted(std::string_view text) { return "'" + std::string(text.substr(0, 40)) + "'"; }

std::optional<std::string> check_id(std::string_view column, std::string_view text) {
  std::string const name(column);
  if (text.empty()) return name + ": is empty; every row needs one";
  if (text.size() > kMaxIdentifier) {
    return name + ": longer than " + std::to_string(kMaxIdentifier) + " bytes: " + quoted(text);
  }
  if (!is_clean_text(text)) return name + ": not clean UTF-8; save the file as UTF-8";
  return std::nullopt;
}

}  // namespace

struct TransactionReader::State {
  TransactionLimits limits;
  BadRows bad;
  Names items;
  Dataset data;
  std::vector<Row> rows;
  std::vector<std::uint64_t> first_line;  ///< of each basket of the file being read
  std::uint64_t returns = 0;
  std::uint64_t left_out = 0;
  std::vector<char> seen;  ///< per item, in the basket at hand

  std::optional<std::string> parse(Table const& table, Fields& out) const;
  std::optional<std::string> parse_time(std::string_view text, Fields& out) const;
  void keep(Fields const& fields, std::uint32_t basket);
  void close_file(std::string const& name, std::vector<std::int64_t> const& times,
                  std::vector<std::uint64_t> const& keys);
  void close_basket(std::span<std::uint32_t const> items, std::int64_t time, std::uint64_t key,
                    std::string const& where);
};

std::optional<std::string> TransactionReader::State::parse_time(std::string_view text, Fields& out) const {
  if (text.empty()) return std::nullopt;
  if (auto const seconds = parse_iso8601(text)) {
    out.time = *seconds;
    out.kind = TimeKind::calendar;
  } else if (auto const number = parse_integer(text)) {
    out.time = *number;
    out.kind = TimeKind::order;
  } else {
    return "timestamp: " + quoted(text) + " is neither ISO 8601 (2010-12-01T08:26:00) nor a whole number";
  }
  if (data.time_kind != TimeKind::none && out.kind != data.time_kind) {
    return "timestamp: " + quoted(text) + " mixes two formats; the rows before use " +
           (data.time_kind == TimeKind::calendar ? "ISO 8601" : "whole numbers");
  }
  return std::nullopt;
}

std::optional<std::string> TransactionReader::State::parse(Table const& table, Fields& out) const {
  out.basket = table.field(kBasket);
  out.sku = table.field(kSku);
  if (auto complaint = check_id("basket_id", out.basket)) return complaint;
  if (auto complaint = check_id("sku", out.sku)) return complaint;
  if (auto complaint = parse_time(table.field(kTime), out)) return complaint;
  if (auto const text = table.field(kQuantity); !text.empty()) {
    auto const quantity = parse_decimal(text, kQuantityDecimals);
    if (!quantity) return "quantity: " + quoted(text) + " is not a number like 2 or 0.350";
    out.quantity_milli = *quantity;
  }
  if (auto const text = table.field(kPrice); !text.empty()) {
    out.price_micro = parse_decimal(text, kPriceDecimals);
    if (!out.price_micro) return "unit_price: " + quoted(text) + " is not a number like 2.55; use a point, no currency";
  }
  return std::nullopt;
}

void TransactionReader::State::keep(Fields const& fields, std::uint32_t basket) {
  auto found = items.find(fields.sku);
  if (found == items.end()) {
    found = items.emplace(std::string(fields.sku), static_cast<std::uint32_t>(data.items.size())).first;
    data.items.push_back({found->first, 0, {}});
  }
  auto& item = data.items[found->second];
  item.quantity_milli += fields.quantity_milli;
  if (fields.price_micro && *fields.price_micro >= 0) add_price(item.prices, *fields.price_micro, 1);
  rows.push_back({basket, found->second});
}

void TransactionReader::State::close_basket(std::span<std::uint32_t const> basket, std::int64_t time, std::uint64_t key,
                                            std::string const& where) {
  auto const start = data.basket_items.size();
  for (auto const item : basket) {
    if (seen[item] != 0) continue;
    seen[item] = 1;
    data.basket_items.push_back(item);
  }
  for (auto const item : basket) seen[item] = 0;
  auto const size = data.basket_items.size() - start;
  if (size > limits.basket_items) {
    ++left_out;
    bad.note(where + ": basket with " + std::to_string(size) + " distinct items left out (more than " +
             std::to_string(limits.basket_items) + ")");
    data.basket_items.resize(start);
  } else if (size > 0) {
    data.begin.push_back(data.basket_items.size());
    data.times.push_back(time);
    data.keys.push_back(key);
  }
}

/// Brings the rows of one file, which may stand in any order, together by basket.
void TransactionReader::State::close_file(std::string const& name, std::vector<std::int64_t> const& times,
                                          std::vector<std::uint64_t> const& keys) {
  std::vector<std::uint64_t> place(times.size() + 1, 0);
  for (auto const& row : rows) ++place[row.basket + 1];
  for (std::size_t n = 1; n < place.size(); ++n) place[n] += place[n - 1];
  std::vector<std::uint32_t> sorted(rows.size());
  auto next = place;
  for (auto const& row : rows) sorted[next[row.basket]++] = row.item;
  seen.resize(data.items.size(), 0);
  for (std::size_t n = 0; n < times.size(); ++n) {
    close_basket(std::span(sorted).subspan(place[n], place[n + 1] - place[n]), times[n], keys[n],
                 name + ':' + std::to_string(first_line[n]));
  }
  rows.clear();
  first_line.clear();
}

TransactionReader::TransactionReader(TransactionLimits limits) : state_(std::make_unique<State>()) {
  state_->limits = limits;
}
TransactionReader::~TransactionReader() = default;
TransactionReader::TransactionReader(TransactionReader&&) noexcept = default;
TransactionReader& TransactionReader::operator=(TransactionReader&&) noexcept = default;

BadRows const& TransactionReader::bad() const noexcept { return state_->bad; }

Result<void> TransactionReader::add(std::string const& path) {
  auto source = open_file(path);
  if (!source) return tl::unexpected(source.error());
  return add(std::move(*source), path);
}

Result<void> TransactionReader::add(std::unique_ptr<ByteSource> source, std::string name) {
  auto table = Table::open(std::move(source), std::move(name), kColumns);
  if (!table) return tl::unexpected(table.error());
  auto& state = *state_;
  Names baskets;
  std::vector<std::int64_t> times;
  std::vector<std::uint64_t> keys;
  std::string last_id;
  std::uint32_t last = 0;
  for (;;) {
    auto const more = table->next(state.bad);
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    Fields fields;
    if (auto const complaint = state.parse(*table, fields)) {
      state.bad.add(table->name(), table->line(), *complaint);
      continue;
    }
    if (fields.kind != TimeKind::none) state.data.time_kind = fields.kind;
    if (fields.quantity_milli <= 0) {
      ++state.returns;
      continue;
    }
    // Rows of a basket mostly stand together: one comparison saves the look-up.
    if (fields.basket != last_id || times.empty()) {
      last_id = fields.basket;
      auto const [place, fresh] = baskets.try_emplace(last_id, static_cast<std::uint32_t>(times.size()));
      last = place->second;
      if (fresh) {
        times.push_back(fields.time);
        keys.push_back(key_of(last_id));
        state.first_line.push_back(table->line());
      }
    }
    if (fields.time != kNoTime && (times[last] == kNoTime || fields.time < times[last])) times[last] = fields.time;
    state.keep(fields, last);
  }
  state.close_file(table->name(), times, keys);
  return {};
}

Result<Dataset> TransactionReader::finish() {
  auto& state = *state_;
  std::string left_out;
  auto const total = [&](std::string const& text) {
    left_out += (left_out.empty() ? "" : ", ") + text;
    state.bad.total("transactions: " + text);
  };
  if (state.left_out > 0) {
    total(std::to_string(state.left_out) + " baskets with more than " + std::to_string(state.limits.basket_items) +
          " distinct items left out");
  }
  if (state.returns > 0) {
    total(std::to_string(state.returns) + " rows with a quantity of 0 or less taken as returns, not counted");
  }
  if (auto const judged = state.bad.judge(state.limits.bad_rows, "transactions"); !judged) {
    return tl::unexpected(judged.error());
  }
  if (state.data.baskets() == 0) {
    return fail(Code::invalid, "transactions: not one basket" + (left_out.empty() ? "" : " (" + left_out + ")") +
                                   "; is this the right file?");
  }
  return std::move(state.data);
}

}  // namespace tillcue::models
