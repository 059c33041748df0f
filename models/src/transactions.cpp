#include "tillcue/models/transactions.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <utility>

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

struct Row {
  std::uint32_t basket;
  std::uint32_t item;
};

}  // namespace

/// The file being read: its baskets, in the order of their first row.
class TransactionReader::OpenFile final : public RowSink {
 public:
  OpenFile(State& state, std::string name) : state_(&state), name_(std::move(name)) {}

  void row(SaleText const& row, RowNames const& names) override;
  BadRows& bad() override;

  [[nodiscard]] std::string const& name() const { return name_; }
  std::vector<std::int64_t> times;
  std::vector<std::uint64_t> keys;
  std::vector<std::uint64_t> first_line;

 private:
  std::uint32_t basket_of(SaleFields const& fields, std::uint64_t line);

  State* state_;
  std::string name_;
  Names baskets_;
  std::string last_id_;
  std::uint32_t last_ = 0;
};

struct TransactionReader::State {
  TransactionLimits limits;
  BadRows bad;
  Names items;
  Dataset data;
  std::vector<Row> rows;
  std::uint64_t returns = 0;
  std::uint64_t left_out = 0;
  std::vector<char> seen;  ///< per item, in the basket at hand
  std::unique_ptr<OpenFile> file;

  void keep(SaleFields const& fields, std::uint32_t basket);
  void close_file();
  void close_basket(std::span<std::uint32_t const> items, std::int64_t time, std::uint64_t key,
                    std::string const& where);
};

BadRows& TransactionReader::OpenFile::bad() { return state_->bad; }

void TransactionReader::OpenFile::row(SaleText const& row, RowNames const& names) {
  SaleFields fields;
  if (auto const complaint = understand(row, names, state_->data.time_kind, fields)) {
    state_->bad.add(name_, row.line, *complaint);
    return;
  }
  if (fields.kind != TimeKind::none) state_->data.time_kind = fields.kind;
  if (fields.quantity_milli <= 0) {
    ++state_->returns;
    return;
  }
  auto const basket = basket_of(fields, row.line);
  auto& time = times[basket];
  if (fields.time != kNoTime && (time == kNoTime || fields.time < time)) time = fields.time;
  state_->keep(fields, basket);
}

std::uint32_t TransactionReader::OpenFile::basket_of(SaleFields const& fields, std::uint64_t line) {
  // Rows of a basket mostly stand together: one comparison saves the look-up.
  if (fields.basket == last_id_ && !times.empty()) return last_;
  last_id_ = fields.basket;
  auto const [place, fresh] = baskets_.try_emplace(last_id_, static_cast<std::uint32_t>(times.size()));
  last_ = place->second;
  if (fresh) {
    times.push_back(fields.time);
    keys.push_back(basket_key(last_id_));
    first_line.push_back(line);
  }
  return last_;
}

void TransactionReader::State::keep(SaleFields const& fields, std::uint32_t basket) {
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
void TransactionReader::State::close_file() {
  auto const& times = file->times;
  std::vector<std::uint64_t> place(times.size() + 1, 0);
  for (auto const& row : rows) ++place[row.basket + 1];
  for (std::size_t n = 1; n < place.size(); ++n) place[n] += place[n - 1];
  std::vector<std::uint32_t> sorted(rows.size());
  auto next = place;
  for (auto const& row : rows) sorted[next[row.basket]++] = row.item;
  seen.resize(data.items.size(), 0);
  for (std::size_t n = 0; n < times.size(); ++n) {
    close_basket(std::span(sorted).subspan(place[n], place[n + 1] - place[n]), times[n], file->keys[n],
                 file->name() + ':' + std::to_string(file->first_line[n]));
  }
  data.file_end.push_back(data.baskets());
  rows.clear();
  file.reset();
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

RowSink& TransactionReader::open_rows(std::string name) {
  state_->file = std::make_unique<OpenFile>(*state_, std::move(name));
  return *state_->file;
}

void TransactionReader::close_rows() { state_->close_file(); }

Result<void> TransactionReader::add(std::unique_ptr<ByteSource> source, std::string name) {
  auto table = Table::open(std::move(source), std::move(name), kColumns);
  if (!table) return tl::unexpected(table.error());
  auto& rows = open_rows(table->name());
  for (;;) {
    auto const more = table->next(state_->bad);
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    SaleText row;
    row.basket = table->field(kBasket);
    row.sku = table->field(kSku);
    row.time = table->field(kTime);
    row.quantity = table->field(kQuantity);
    row.price = table->field(kPrice);
    row.line = table->line();
    rows.row(row, {});
  }
  close_rows();
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
