#include "sale_rows.hpp"

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "tillcue/core/sku.hpp"
#include "tillcue/models/field.hpp"

namespace tillcue::models {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text.substr(0, 40)) + "'"; }

bool is_id(std::string_view text) { return !text.empty() && text.size() <= kMaxIdentifier && is_clean_text(text); }

std::string no_id_complaint(std::string_view column, std::string_view text) {
  std::string const name(column);
  if (text.empty()) return name + ": is empty; every row needs one";
  if (text.size() > kMaxIdentifier) {
    return name + ": longer than " + std::to_string(kMaxIdentifier) + " bytes: " + quoted(text);
  }
  return name + ": not clean UTF-8, or it holds a line end or tab; mend the text";
}

constexpr std::int64_t kOnePiece = 1000;
constexpr std::size_t kTimeSize = 19;  ///< "2026-11-29T08:26:11"
constexpr std::size_t kClock = 11;     ///< where its clock begins

/// 1 to 9999 pieces, written so; 0 for what has to be read.
std::uint32_t whole_pieces(std::string_view quantity) noexcept {
  if (quantity.empty()) return 1;
  if (quantity.size() > 4) return 0;
  std::uint32_t pieces = 0;
  for (char const c : quantity) {
    auto const digit = static_cast<std::uint32_t>(c - '0');
    if (digit > 9) return 0;
    pieces = pieces * 10 + digit;
  }
  return pieces;
}

/// The price_key() of a text that may end where the memory does.
std::uint64_t careful_price_key(std::string_view text) noexcept {
  char padded[8] = {};
  if (text.size() - 1 >= 7) return 0;
  std::memcpy(padded, text.data(), text.size());
  return price_key({padded, text.size()});
}

/// The 8 bytes at a place, the first one in the lowest bits.
std::uint64_t first_lowest(char const* at) noexcept {
  auto const word = load_word(at);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

/// Seconds since midnight of "08:26:11"; -1 when that is no such text.
int clock_seconds(char const* at) noexcept {
  constexpr std::uint64_t kZero = 0x3030'3A30'303A'3030ULL;
  constexpr std::uint64_t kRoom = 0x7679'7F76'7A7F'767DULL;  // 0x7F less the most of each byte: 2 9, 5 9, 6 9
  constexpr std::uint64_t kHighest = 0x8080'8080'8080'8080ULL;
  // Digits, with 0 for the colons; a byte beyond its most has the highest bit in the sum, if not before.
  auto const digits = first_lowest(at) ^ kZero;
  auto const beyond = ((digits + kRoom) | digits) & kHighest;
  auto const tens_and_ones = digits * 10 + (digits >> 8U);
  auto const number_at = [&](unsigned byte) { return static_cast<int>(tens_and_ones >> (8 * byte) & 0xFFU); };
  auto const hours = number_at(0);
  auto const seconds = number_at(6);
  bool const fits = (beyond == 0) & (hours < 24) & (seconds < 61);
  return fits ? hours * 3600 + number_at(3) * 60 + seconds : -1;
}

/// "-2.5": millionths without the zeros behind.
std::string plain_number(std::int64_t micro) {
  char text[40];
  auto const size = std::snprintf(text, sizeof text, "%s%lld.%06lld", micro < 0 ? "-" : "",
                                  std::llabs(micro / 1'000'000), std::llabs(micro % 1'000'000));
  std::string_view number(text, static_cast<std::size_t>(size));
  number.remove_suffix(number.size() - number.find_last_not_of('0') - 1);
  if (number.back() == '.') number.remove_suffix(1);
  return std::string(number);
}

}  // namespace

void RowBatch::end_run() {
  if (!runs.empty()) runs.back().rows_end = static_cast<std::uint32_t>(items.size());
}

void RowBatch::clear() {
  ids.clear();
  runs.clear();
  apart.clear();
  others_at_end = false;
  items.clear();
  pieces.clear();
  returned_ids.clear();
  returned.clear();
  bad = {};
  returns = 0;
  priced_below_zero = 0;
  below_zero.clear();
  unknown = 0;
  late = 0;
  lines = 0;
}

std::optional<std::string> RowParser::learn_basket(std::string_view id) {
  if (take_basket(id)) return std::nullopt;
  return no_id_complaint("basket_id", id);
}

/// False: no basket can be called so.
bool RowParser::take_basket(std::string_view id) {
  if (same_text(id, basket_) && !id.empty()) return true;
  if (!is_id(id)) return false;
  if (id.size() == basket_.size()) {
    std::copy(id.begin(), id.end(), basket_.begin());  // which is sooner
  } else {
    basket_ = id;
  }
  basket_hash_ = text_hash(id);
  in_share_ = share_.of == 1 || (basket_hash_ >> 32U) % share_.of == share_.part;
  run_open_ = false;
  return true;
}

std::optional<std::string> RowParser::learn_item(std::string_view sku, SkuKey const& key, SoldItems::Item*& item) {
  if (!is_id(sku)) return no_id_complaint("sku", sku);
  item = &skus_.add(key, sku);
  item->unknown = sku.starts_with(kOpenName);
  sums_.emplace_back();
  return std::nullopt;
}

std::optional<std::string> RowParser::wrong_kind(std::string_view text, TimeKind kind) const {
  if (kind_ == kind || kind_ == TimeKind::none || kind == TimeKind::none) return std::nullopt;
  return mixed_times_complaint("timestamp", text, kind_);
}

std::optional<std::string> RowParser::read_time(std::string_view text, SaleFields& out) {
  if (text.empty()) return std::nullopt;
  if (!take_time(text)) return no_time_complaint("timestamp", text);
  out.time = time_;
  out.kind = time_kind_;
  if (kind_ == time_kind_) return std::nullopt;
  return wrong_kind(text, time_kind_);
}

/// False: it says no time.
bool RowParser::take_time(std::string_view text) {
  if (read_time_of_same_day(text) || same_text(text, time_text_)) return true;
  if (auto const seconds = parse_iso8601(text)) {
    time_ = *seconds;
    time_kind_ = TimeKind::calendar;
  } else if (auto const number = parse_integer(text)) {
    time_ = *number;
    time_kind_ = TimeKind::order;
  } else {
    return false;
  }
  time_text_ = text;
  clock_ = text.size() == kTimeSize && time_kind_ == TimeKind::calendar ? clock_seconds(text.data() + kClock) : -1;
  return true;
}

/// Most of a log's times differ from the one before in the clock only: "2026-11-29T08:26:11".
bool RowParser::read_time_of_same_day(std::string_view text) noexcept {
  if (clock_ < 0 || text.size() != kTimeSize) return false;
  auto* const before = time_text_.data();
  bool const same_day =
      load_word(text.data()) == load_word(before) && load_word(text.data() + 3) == load_word(before + 3);
  auto const now = clock_seconds(text.data() + kClock);
  if (!same_day || now < 0) return false;
  time_ += now - clock_;
  clock_ = now;
  std::memcpy(before + kClock, text.data() + kClock, kTimeSize - kClock);
  return true;
}

std::optional<std::string> RowParser::read(SaleTexts const& texts, bool price_known, SaleFields& out) {
  if (auto complaint = read_time(texts[kTimeColumn], out)) return complaint;
  if (auto const text = texts[kQuantityColumn]; !text.empty() && !same_text(text, "1")) {
    auto const quantity = parse_decimal(text, kQuantityDecimals);
    if (!quantity) return amount_complaint("quantity", text, "2 or 0.350");
    out.quantity_milli = *quantity;
  }
  if (auto const text = texts[kPriceColumn]; !price_known && !text.empty()) {
    out.price_micro = parse_decimal(text, kPriceDecimals);
    if (!out.price_micro) return amount_complaint("unit_price", text, "2.55");
  }
  return std::nullopt;
}

void RowParser::open_run(std::uint64_t line, RowBatch& out) {
  out.ids += basket_;
  out.end_run();
  if (std::exchange(out.others_at_end, false)) out.apart.push_back(static_cast<std::uint32_t>(out.runs.size()));
  auto& run = out.runs.emplace_back();  // written where it stays: a copy would wait for its parts
  run.hash = basket_hash_;
  run.id_end = static_cast<std::uint32_t>(out.ids.size());
  run.line = line;
  run_open_ = true;
}

/// What will be in the basket of this row, at its time.
void RowParser::join_run(TimeKind kind, std::int64_t time, std::uint64_t line, RowBatch& out) {
  if (kind != TimeKind::none) kind_ = kind;
  if (!run_open_ || out.runs.empty()) open_run(line, out);
  auto& run = out.runs.back();
  if (time != kNoTime && (run.time == kNoTime || time < run.time)) run.time = time;
}

bool RowParser::keep(SaleFields const& row, SoldItems::Item& item, std::uint64_t line, RowBatch& out) {
  if (row.kind != TimeKind::none) kind_ = row.kind;
  if (row.kind == TimeKind::calendar && row.time > last_) {
    ++out.late;
    return false;
  }
  if (row.quantity_milli <= 0) {
    ++out.returns;
    note_returned(item, row.quantity_milli, out);
    return false;
  }
  if (item.unknown) {
    ++out.unknown;
    return false;
  }
  if (!in_share_) {
    out.others_at_end = true;
    return false;
  }
  join_run(row.kind, row.time, line, out);
  set_week(row.kind, row.time);
  if (wants_pieces_ && row.quantity_milli != kOnePiece)
    out.pieces.push_back({static_cast<std::uint32_t>(out.items.size()), row.quantity_milli});
  out.items.push_back(item.number);
  return true;
}

/// It may be one of the basket's own lines that is voided.
void RowParser::note_returned(SoldItems::Item const& item, std::int64_t quantity_milli, RowBatch& out) const {
  if (quantity_milli == 0 || item.unknown || !in_share_) return;
  out.returned_ids += basket_;
  out.returned.push_back(
      {basket_hash_, static_cast<std::uint32_t>(out.returned_ids.size()), item.number, quantity_milli});
}

void RowParser::note_below_zero(std::int64_t price_micro, std::uint64_t line, RowBatch& out) const {
  if (out.priced_below_zero++ > 0) return;
  out.below_zero_line = line;
  out.below_zero = plain_number(price_micro);
}

std::optional<std::string> RowParser::add(SaleFields const& row, std::uint64_t line, RowBatch& out) {
  row_kept_ = false;
  if (auto complaint = learn_basket(row.basket)) return complaint;
  SkuKey const key(row.sku);
  auto* item = skus_.find(key, row.sku);
  if (item == nullptr) {
    if (auto complaint = learn_item(row.sku, key, item)) return complaint;
  }
  if (auto complaint = wrong_kind("of this row", row.kind)) return complaint;
  if (!keep(row, *item, line, out)) return std::nullopt;
  Sold says{row.quantity_milli, row.price_micro.value_or(Sold::kNoPrice)};
  if (row.price_micro.value_or(0) < 0) {
    note_below_zero(*row.price_micro, line, out);
    says.price_micro = Sold::kNoPrice;
  }
  add_row(*item, SoldItems::kNoText, 0, says);
  return std::nullopt;
}

/// Adds what a row says that was read: by its text if that is kept, or else by its price's if that is not 0.
void RowParser::add_row(SoldItems::Item& item, std::uint64_t text, std::uint64_t price, Sold const& says) {
  if (text != SoldItems::kNoText && learn_text(item, text, says)) return;
  auto& sums = sums_[item.number];
  sums.quantity_milli += says.quantity_milli;
  if (says.price_micro == Sold::kNoPrice || (price != 0 && learn_text(item, price, {0, says.price_micro}))) return;
  if (item.week != week_) begin_week(item);
  add_priced(item, says.price_micro, 1);
}

/// Rows look up items all over the memory: asked for early, the answers come side by side instead of one by one.
void RowParser::collect(Table const& table, std::size_t rows) {
  auto const sku_place = table.place(kSkuColumn);
  auto const price_place = table.place(kPriceColumn);
  auto const quantity_place = table.place(kQuantityColumn);
  bool const priced = table.has(kPriceColumn);
  bool const counted = table.has(kQuantityColumn);
  for (std::size_t n = 0; n < rows; ++n) {
    auto const& row = rows_[n];
    auto& waiting = waiting_[n];
    auto const sku = row.field(sku_place);
    auto const price = priced ? row.field(price_place) : std::string_view{};
    auto const key = price_key(price);
    waiting.pieces = counted ? whole_pieces(row.field(quantity_place)) : 1;
    bool const ordinary = sku.size() - 1 < SkuKey::kWhole && (key != 0 || price.empty()) && waiting.pieces != 0;
    waiting.text = !ordinary ? SoldItems::kNoText : waiting.pieces == 1 ? one_piece_key(key) : key;
    if (!ordinary) continue;
    waiting.key = SkuKey::within(sku);
    skus_.prefetch(waiting.key);
  }
}

/// The first row of a basket, if there is nothing to be said about it. False: nothing was done.
bool RowParser::join_basket(std::string_view basket, std::string_view time, std::uint64_t number, RowBatch& out) {
  if (!take_basket(basket)) return false;
  bool const timed = !time.empty();
  if (timed && !take_time(time)) return false;
  auto const kind = timed ? time_kind_ : TimeKind::none;
  bool const other_kind = kind != kind_ && kind != TimeKind::none && kind_ != TimeKind::none;
  bool const late = kind == TimeKind::calendar && time_ > last_;
  if (other_kind || late || !in_share_) return false;
  join_run(kind, timed ? time_ : kNoTime, number, out);
  set_week(kind, time_);
  return true;
}

/// A row like most: of the basket of the one before, or the first of the next; a few pieces of a known item, at a price
/// it had before.
inline bool RowParser::settle_quickly(QuickRow const& row, Waiting const& waiting, Table const& table,
                                      std::uint64_t line, RowBatch& out) {
  if (waiting.text == SoldItems::kNoText) return false;
  auto* const item = skus_.find(waiting.key);
  if (item == nullptr) return false;
  auto const place = item->place_of(waiting.text);
  // Of what no till could name no text is known.
  if (waiting.text != 0 ? place == SoldItems::kTexts : item->unknown) return false;
  row_kept_ = row.repeats
                  ? row_kept_ && !out.runs.empty()
                  : join_basket(table.quick_field(row, kBasketColumn), table.quick_field(row, kTimeColumn), line, out);
  if (!row_kept_) return false;
  if (waiting.pieces != 1) {
    auto const quantity = kOnePiece * waiting.pieces;
    sums_[item->number].quantity_milli += quantity;
    if (wants_pieces_) out.pieces.push_back({static_cast<std::uint32_t>(out.items.size()), quantity});
  }
  out.items.push_back(item->number);
  if (waiting.text != 0) count_text(*item, place);
  return true;
}

void RowParser::settle_row(SaleTexts const& texts, std::uint64_t line, Table const& table, std::uint64_t text,
                           RowBatch& out) {
  SaleFields row;
  std::optional<std::string> complaint;
  row_kept_ = false;
  auto const sku = texts[kSkuColumn];
  SkuKey const key(sku);
  auto* item = skus_.find(key, sku);
  if (auto const basket = texts[kBasketColumn]; !know_basket(basket)) complaint = learn_basket(basket);
  if (!complaint && item == nullptr) complaint = learn_item(sku, key, item);
  if (complaint) return out.bad.add(table.name(), line, *complaint);
  // Where texts are all that is behind a SKU, a price alone has none.
  auto const price = known_rows_ ? 0 : careful_price_key(texts[kPriceColumn]);
  auto const place = price != 0 ? item->place_of(price) : SoldItems::kTexts;
  bool const price_known = place < SoldItems::kTexts;
  complaint = read(texts, price_known, row);
  if (complaint) return out.bad.add(table.name(), line, *complaint);
  row_kept_ = keep(row, *item, line, out);
  if (!row_kept_) return;
  Sold says{row.quantity_milli, row.price_micro.value_or(Sold::kNoPrice)};
  if (price_known) says.price_micro = sums_[item->number].says[place].price_micro;
  if (row.price_micro.value_or(0) < 0) {
    note_below_zero(*row.price_micro, line, out);
    says.price_micro = Sold::kNoPrice;
    text = SoldItems::kNoText;  // what has to be told each time is no text's meaning
  }
  add_row(*item, text, price, says);
}

void RowParser::settle(std::size_t rows, Table const& table, std::uint64_t first_line, RowBatch& out) {
  auto const* const row = rows_.data();
  auto const* const waiting = waiting_.data();
  for (std::size_t n = 0; n < rows; ++n) {
    if (settle_quickly(row[n], waiting[n], table, first_line + n, out)) continue;
    SaleTexts texts;
    for (std::size_t column = 0; column < texts.size(); ++column) texts[column] = table.quick_field(row[n], column);
    settle_row(texts, first_line + n, table, waiting[n].pieces == 1 ? waiting[n].text : SoldItems::kNoText, out);
  }
}

std::size_t RowParser::take_quick(Table& table, std::size_t end, RowBatch& out) {
  auto const rows = table.quick_rows(rows_, end);
  collect(table, rows);
  settle(rows, table, table.lines() - rows + 1, out);
  return rows;
}

Result<bool> RowParser::take(Table& table, std::size_t end, std::size_t most, RowBatch& out) {
  use_layout(table);
  while (table.position() < end && out.items.size() < most) {
    auto const rows = known_rows_ ? take_known(table, end, out) : take_quick(table, end, out);
    out.bad.count_rows(rows);
    out.lines = table.lines();
    if (rows == kWaiting || table.position() >= end) continue;
    auto const next = table.next(out.bad);
    if (!next) return tl::unexpected(next.error());
    out.lines = table.lines();
    if (!*next) return false;
    SaleTexts texts;
    for (std::size_t n = 0; n < texts.size(); ++n) texts[n] = table.field(n);
    settle_row(texts, table.line(), table, SoldItems::kNoText, out);
  }
  return true;
}

void RowParser::add_sold(std::uint32_t number, SoldItem& out) const {
  auto const& item = skus_.item(number);
  auto const& sums = sums_[number];
  out.quantity_milli += sums.quantity_milli;
  for (unsigned n = 0; n < SoldItems::kTexts; ++n) {
    auto const& says = sums.says[n];
    out.quantity_milli += says.quantity_milli * item.times[n];
    bool const priced = item.times[n] > 0 && says.price_micro != Sold::kNoPrice;
    if (!priced) continue;
    add_price(out.prices, says.price_micro, item.times[n]);
    add_week_price(out.lately, {static_cast<std::int32_t>(item.week), says.price_micro, item.times[n]});
  }
  for (auto const& point : sums.prices) add_price(out.prices, point.micro, point.times);
  for (auto const& sold : sums.lately) add_week_price(out.lately, sold);
}

}  // namespace tillcue::models
