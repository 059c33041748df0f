#include "basket_join.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "tillcue/models/sale_text.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kAhead = 12;                            ///< runs whose look-up is asked for early
constexpr std::size_t kMostExpected = std::size_t{1} << 22U;  ///< baskets: an estimate may be far off

std::uint32_t short_line(std::uint64_t line) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(line, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

std::uint32_t BasketJoin::basket_of(RowBatch::Run const& run, std::string_view id, std::uint64_t lines_before) {
  auto const known = ids_.size();
  auto const basket = ids_.number_of(id, run.hash);
  if (basket == known) {
    data_.times.push_back(run.time);
    data_.keys.push_back(basket_key(id));
    data_.begin.push_back(lines_before + run.line);
    return basket;
  }
  auto& time = data_.times[closed_ + basket];
  if (run.time != kNoTime && (time == kNoTime || run.time < time)) time = run.time;
  return basket;
}

void BasketJoin::index_skus() {
  for (auto n = skus_.size(); n < data_.items.size(); ++n) skus_.add(data_.items[n].sku, text_hash(data_.items[n].sku));
}

/// Its place in data_.items, behind all for a new one. A single parser asks for none of its items twice.
std::uint32_t BasketJoin::find_item(std::string_view sku) {
  auto const known = static_cast<std::uint32_t>(data_.items.size());
  if (renamed_.size() == 1) return known;
  index_skus();
  auto const found = skus_.find(sku, text_hash(sku));
  return found != TextIndex::kNone ? found : known;
}

std::uint32_t BasketJoin::item_of(RowParser const& parser, std::size_t parser_number, std::uint32_t number) {
  auto const sku = parser.skus().text(number);
  auto const item = find_item(sku);
  if (item == data_.items.size()) data_.items.push_back({std::string(sku), 0, {}});
  return renamed_[parser_number][number] = item;
}

/// Whether the parser numbers its items as they are numbered here, all of which are known: one that reads alone mostly
/// does.
bool BasketJoin::same_numbers(RowParser const& parser, std::size_t parser_number) {
  auto const& renamed = renamed_[parser_number];
  auto& same = same_[parser_number];
  while (same < renamed.size() && renamed[same] == same) ++same;
  return same == parser.skus().size();
}

/// Gets the pages for what a batch will add.
void BasketJoin::grow(std::size_t rows, std::size_t runs) {
  ahead_.items.grow(data_.basket_items, rows);
  ahead_.times.grow(data_.times, runs);
  ahead_.keys.grow(data_.keys, runs);
  ahead_.begin.grow(data_.begin, runs);
  ahead_.rows.grow(rows_, runs);
}

void BasketJoin::add(RowBatch const& batch, RowParser const& parser, std::size_t parser_number,
                     std::uint64_t lines_before) {
  renamed_.resize(std::max(renamed_.size(), parser_number + 1));
  same_.resize(renamed_.size(), 0);
  auto& renamed = renamed_[parser_number];
  renamed.resize(parser.skus().size(), TextIndex::kNone);
  auto& items = data_.basket_items;
  grow(batch.items.size(), batch.runs.size());
  if (same_numbers(parser, parser_number)) {
    items.insert(items.end(), batch.items.begin(), batch.items.end());
  } else {
    for (auto const number : batch.items) {
      auto const item = renamed[number];
      items.push_back(item != TextIndex::kNone ? item : item_of(parser, parser_number, number));
    }
  }
  std::uint32_t id_begin = 0;
  std::uint32_t rows_begin = 0;
  auto next_apart = batch.apart.begin();
  auto next_pieces = batch.pieces.begin();
  auto const* const added = items.data() + (items.size() - batch.items.size());
  for (std::size_t n = 0; n < batch.runs.size(); ++n) {
    if (n + kAhead < batch.runs.size()) ids_.prefetch(batch.runs[n + kAhead].hash);
    auto const& run = batch.runs[n];
    auto const known = ids_.size();
    auto const id = std::string_view(batch.ids).substr(id_begin, run.id_end - id_begin);
    auto const basket = basket_of(run, id, lines_before);
    auto const rows = run.rows_end - rows_begin;
    bool const apart = next_apart != batch.apart.end() && *next_apart == n;
    if (apart) ++next_apart;
    if (in_order_ && basket == known) {
      rows_.push_back(rows);  // as mostly; what add_run() is given would be waited for on its way through the memory
    } else {
      add_run({basket, rows, short_line(lines_before + run.line)}, basket < known, apart || others_);
    }
    for (; next_pieces != batch.pieces.end() && next_pieces->row < run.rows_end; ++next_pieces)
      pieces_.push_back({basket, added[next_pieces->row], next_pieces->quantity_milli});
    others_ = false;
    id_begin = run.id_end;
    rows_begin = run.rows_end;
  }
  others_ = others_ || batch.others_at_end;
  keep_returned(batch, parser);
}

void BasketJoin::keep_returned(RowBatch const& batch, RowParser const& parser) {
  std::uint32_t id_begin = 0;
  for (auto const& row : batch.returned) {
    returned_texts_.append(batch.returned_ids, id_begin, row.id_end - id_begin);
    auto const basket_end = returned_texts_.size();
    returned_texts_ += parser.skus().text(row.item);
    returned_.push_back({basket_end, returned_texts_.size(), row.hash, row.quantity_milli});
    id_begin = row.id_end;
  }
}

/// Notes that the next rows are those of a basket which has been met before or not, and behind rows of another share or
/// not.
void BasketJoin::add_run(RowRun const& run, bool known, bool apart) {
  auto const [basket, rows, line] = run;
  if (in_order_ && !known) return rows_.push_back(rows);
  if (in_order_ && !apart && basket + std::size_t{1} == rows_.size()) {
    rows_.back() += rows;
    return;
  }
  if (in_order_) {
    runs_.reserve(rows_.size() + 1);
    for (std::uint32_t n = 0; n < rows_.size(); ++n) runs_.push_back({n, rows_[n], short_line(first_line(n))});
    in_order_ = false;
  }
  if (!runs_.empty() && !apart && runs_.back().basket == basket) {
    runs_.back().rows += rows;
  } else {
    runs_.push_back({basket, rows, line});
  }
}

void BasketJoin::expect(std::size_t rows, std::size_t baskets) {
  baskets = std::min(baskets, kMostExpected);
  data_.basket_items.reserve(data_.basket_items.size() + rows);
  data_.times.reserve(data_.times.size() + baskets);
  data_.keys.reserve(data_.keys.size() + baskets);
  data_.begin.reserve(data_.begin.size() + baskets);
  rows_.reserve(rows_.size() + baskets);
  ids_.expect(ids_.size() + baskets);
}

/// Sorts the rows of the file by basket, those of one basket staying in their order.
void BasketJoin::gather_runs() {
  if (in_order_) return;
  std::vector<std::uint64_t> next(ids_.size() + 1, 0);
  for (auto const& run : runs_) next[run.basket + 1] += run.rows;
  for (std::size_t n = 1; n < next.size(); ++n) next[n] += next[n - 1];
  std::vector<std::uint32_t> gathered(data_.basket_items.size() - rows_begin_);
  auto const* from = data_.basket_items.data() + rows_begin_;
  for (auto const& run : runs_) {
    std::copy_n(from, run.rows, gathered.data() + next[run.basket]);
    next[run.basket] += run.rows;
    from += run.rows;
  }
  std::copy(gathered.begin(), gathered.end(), data_.basket_items.begin() + static_cast<std::ptrdiff_t>(rows_begin_));
  // next[n] is now where basket n ends.
  rows_.resize(ids_.size());
  for (std::size_t n = 0; n < rows_.size(); ++n) {
    rows_[n] = static_cast<std::uint32_t>(next[n] - (n > 0 ? next[n - 1] : 0));
  }
}

bool BasketJoin::end_rows(bool pieces_known) {
  gather_runs();
  if (!returned_.empty()) net_returns();
  return !pieces_known && !nets_.empty();
}

/// Which items of which baskets were returned in the same basket, as many pieces as there are rows of them. Every row
/// is looked at once, however many returns its basket has.
void BasketJoin::net_returns() {
  find_returned();
  count_sold();
  std::erase_if(nets_, [](Net const& net) { return net.sold_milli == 0; });
  for (auto const& net : nets_) netted_ += net.returns;
}

/// What was returned, each item of each basket once, if both were sold somewhere in this file.
void BasketJoin::find_returned() {
  index_skus();
  std::size_t begin = 0;
  for (auto const& row : returned_) {
    auto const texts = std::string_view(returned_texts_);
    auto const basket = ids_.find(texts.substr(begin, row.basket_end - begin), row.hash);
    auto const sku = texts.substr(row.basket_end, row.sku_end - row.basket_end);
    auto const item = skus_.find(sku, text_hash(sku));
    begin = row.sku_end;
    if (basket != TextIndex::kNone && item != TextIndex::kNone) nets_.push_back({basket, item, 0, row.quantity_milli});
  }
  forget_returned();
  std::sort(nets_.begin(), nets_.end(),
            [](Net const& a, Net const& b) { return a.basket != b.basket ? a.basket < b.basket : a.item < b.item; });
  std::size_t kept = 0;
  for (auto const& net : nets_) {
    if (kept > 0 && nets_[kept - 1].basket == net.basket && nets_[kept - 1].item == net.item) {
      nets_[kept - 1].returned_milli += net.returned_milli;
      ++nets_[kept - 1].returns;
    } else {
      nets_[kept++] = net;
    }
  }
  nets_.resize(kept);
}

void BasketJoin::count_sold() {
  auto net = nets_.begin();
  auto const* rows = data_.basket_items.data() + rows_begin_;
  for (std::uint32_t basket = 0; basket < rows_.size() && net != nets_.end(); rows += rows_[basket++]) {
    auto const end = std::find_if(net, nets_.end(), [&](Net const& other) { return other.basket != basket; });
    if (net == end) continue;
    for (auto const item : std::span(rows, rows_[basket])) {
      auto const at = std::lower_bound(net, end, item, [](Net const& a, std::uint32_t b) { return a.item < b; });
      if (at != end && at->item == item) at->sold_milli += 1000;
    }
    net = end;
  }
}

void BasketJoin::forget_returned() {
  std::vector<Returned>().swap(returned_);
  std::string().swap(returned_texts_);
}

BasketJoin::Net* BasketJoin::find_net(std::uint32_t basket, std::uint32_t item) {
  auto const at = std::lower_bound(nets_.begin(), nets_.end(), std::pair(basket, item), [](Net const& net, auto key) {
    return net.basket != key.first ? net.basket < key.first : net.item < key.second;
  });
  return at != nets_.end() && at->basket == basket && at->item == item ? &*at : nullptr;
}

void BasketJoin::add_pieces(RowBatch const& batch, RowParser const& parser) {
  std::uint32_t id_begin = 0;
  auto next = batch.pieces.begin();
  for (auto const& run : batch.runs) {
    auto const id = std::string_view(batch.ids).substr(id_begin, run.id_end - id_begin);
    id_begin = run.id_end;
    if (next == batch.pieces.end()) return;
    if (next->row >= run.rows_end) continue;
    auto const basket = ids_.find(id, run.hash);
    for (; next != batch.pieces.end() && next->row < run.rows_end; ++next) {
      auto const sku = parser.skus().text(batch.items[next->row]);
      auto const item = skus_.find(sku, text_hash(sku));
      if (find_net(basket, item) != nullptr) pieces_.push_back({basket, item, next->quantity_milli});
    }
  }
}

/// The items of a basket of which nothing was left; baskets come in their order.
std::vector<std::uint32_t> BasketJoin::taken_back(std::size_t basket) {
  std::vector<std::uint32_t> items;
  for (; next_net_ < nets_.size() && nets_[next_net_].basket == basket; ++next_net_) {
    auto const& net = nets_[next_net_];
    data_.items[net.item].quantity_milli -= std::min(net.sold_milli, -net.returned_milli);
    if (net.sold_milli + net.returned_milli <= 0) items.push_back(net.item);
  }
  return items;
}

/// Moves the distinct items of a basket to the end of those kept so far, which is never behind where they are, and
/// makes it basket `place`. False: it is left out.
bool BasketJoin::close_basket(std::size_t basket, RowsOf const& rows, std::size_t place, std::size_t most,
                              std::string const& name, BadRows& bad) {
  auto& items = data_.basket_items;
  auto const start = data_.begin[place];
  auto kept = start;
  auto const stamp = ++stamp_;
  auto* const seen_in = seen_in_.data();
  auto* const all = items.data();
  if (next_net_ < nets_.size()) {
    for (auto const item : taken_back(basket)) seen_in[item] = stamp;
  }
  for (auto at = rows.begin; at < rows.end; ++at) {
    auto const item = all[at];
    all[kept] = item;
    kept += seen_in[item] != stamp ? 1 : 0;
    seen_in[item] = stamp;
  }
  auto const size = kept - start;
  if (size == 0) return false;
  if (size > most) {
    ++left_out_;
    bad.note(name + ':' + std::to_string(first_line(basket)) + ": basket with " + std::to_string(size) +
             " distinct items left out (more than " + std::to_string(most) + ")");
    return false;
  }
  data_.times[place] = data_.times[closed_ + basket];
  data_.keys[place] = data_.keys[closed_ + basket];
  data_.begin[place + 1] = kept;
  return true;
}

std::vector<LateBasket> BasketJoin::latest(std::size_t most) const {
  std::vector<LateBasket> latest;  // by time, the last first
  // From the end, where the last ones mostly are.
  for (auto basket = open_baskets(); basket-- > 0;) {
    auto const time = data_.times[closed_ + basket];
    bool const full = latest.size() == most;
    if (time == kNoTime || (full && time <= latest.back().time)) continue;
    if (full) latest.pop_back();
    auto const at = std::upper_bound(latest.begin(), latest.end(), time,
                                     [](std::int64_t value, LateBasket const& other) { return value > other.time; });
    latest.insert(at, {time, first_line(basket)});
  }
  std::sort(latest.begin(), latest.end(), [](auto const& a, auto const& b) { return a.line < b.line; });
  return latest;
}

/// Once the rows are gathered. A file whose baskets do not come back repeats none.
RepeatedDays BasketJoin::repeated_days(TimeKind kind, bool of_share) const {
  if (in_order_ && !of_share) return {};
  auto const times = std::span(data_.times).subspan(kind == TimeKind::calendar ? closed_ : data_.times.size());
  return find_repeated_days(runs_, rows_, std::span(data_.basket_items).subspan(rows_begin_), times);
}

RepeatedDays BasketJoin::close_file(std::string const& name, std::size_t most, TimeKind kind, bool of_share,
                                    BadRows& bad) {
  for (auto const& piece : pieces_) {
    if (auto* const net = find_net(piece.basket, piece.item)) net->sold_milli += piece.quantity_milli - 1000;
  }
  next_net_ = 0;
  auto repeated = repeated_days(kind, of_share);
  std::vector<RowRun>().swap(runs_);
  seen_in_.assign(data_.items.size(), 0);
  stamp_ = 0;
  ids_ = {};
  auto begin = rows_begin_;
  auto place = closed_;
  for (std::size_t basket = 0; basket < rows_.size(); ++basket) {
    auto const end = begin + rows_[basket];
    if (close_basket(basket, {begin, end}, place, most, name, bad)) ++place;
    begin = end;
  }
  data_.begin.resize(place + 1);
  data_.basket_items.resize(data_.begin.back());
  data_.times.resize(place);
  data_.keys.resize(place);
  std::vector<Net>().swap(nets_);
  std::vector<Pieces>().swap(pieces_);
  forget_returned();
  rows_begin_ = data_.basket_items.size();
  closed_ = place;
  data_.file_end.push_back(data_.baskets());
  std::vector<std::uint32_t>().swap(rows_);
  in_order_ = true;
  others_ = false;
  return repeated;
}

void BasketJoin::add_sold(RowParser const& parser, std::size_t parser_number) {
  if (parser_number >= renamed_.size()) return;
  auto const& renamed = renamed_[parser_number];
  for (std::uint32_t number = 0; number < renamed.size(); ++number) {
    if (renamed[number] != TextIndex::kNone) parser.add_sold(number, data_.items[renamed[number]]);
  }
}

std::size_t BasketJoin::memory() const noexcept {
  return data_.basket_items.size() * 4 + data_.begin.size() * 8 + data_.times.size() * 16 + ids_.memory() +
         rows_.size() * 4 + runs_.size() * sizeof(RowRun) + pieces_.size() * sizeof(Pieces) +
         returned_.size() * sizeof(Returned) + returned_texts_.size() + memory_to_close();
}

/// What rows that do not stand together cost when the file is closed: first all of them once more, by basket, then the
/// search for repeated days.
std::size_t BasketJoin::memory_to_close() const noexcept {
  if (in_order_) return 0;
  auto const gather = (data_.basket_items.size() - rows_begin_) * 4 + ids_.size() * 8;
  return std::max(gather, ids_.size() * kRepeatedBytesPerBasket) + ids_.size() * 4;
}

std::size_t BasketJoin::memory_with(std::size_t rows, std::size_t baskets) const noexcept {
  constexpr std::size_t kPerBasket = 128;  // with an id and a table of ids that has just grown
  return memory() + rows * 4 + std::min(baskets, kMostExpected) * kPerBasket;
}

Dataset BasketJoin::take() {
  Dataset data = std::move(data_);
  auto const left_out = left_out_, netted = netted_;
  *this = {};
  left_out_ = left_out;  // which is still asked for
  netted_ = netted;
  return data;
}

}  // namespace tillcue::models
