#include "tillcue/models/transactions.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <unistd.h>

#include "basket_join.hpp"
#include "late_sales.hpp"
#include "repeated_sales.hpp"
#include "sale_rows.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/parallel.hpp"
#include "tillcue/models/table.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kPiecesPerThread = 8;
constexpr std::size_t kRowsPerBatch = 1U << 16U;
constexpr std::size_t kNoEnd = static_cast<std::size_t>(-1);
constexpr auto kLastTime = std::numeric_limits<std::int64_t>::max();

/// A stretch of the file that starts and ends with whole lines, and who read it.
struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
  unsigned parser = 0;
};

/// Behind the first line end of `table` at or behind `from`; the end of the file when there is none. Looks at a copy:
/// to touch a mapped page costs more.
Result<std::size_t> line_end(Table const& table, std::size_t from) {
  constexpr std::size_t kLook = 256;
  auto const size = table.whole().size();
  std::vector<char> copy;
  for (; from < size; from += kLook) {
    auto const text = table.part(from, std::min(from + kLook, size), copy);
    if (!text) return tl::unexpected(text.error());
    auto const found = text->find('\n');
    if (found != std::string_view::npos) return from + found + 1;
  }
  return size;
}

/// Cuts the next stretches of about `size` bytes after line ends.
Result<std::vector<Piece>> cut(Table const& table, std::size_t begin, std::size_t size, std::size_t most) {
  std::vector<Piece> pieces;
  while (begin < table.whole().size() && pieces.size() < most) {
    auto const end = line_end(table, begin + size - 1);
    if (!end) return tl::unexpected(end.error());
    pieces.push_back({begin, *end, 0});
    begin = *end;
  }
  return pieces;
}

/// The last second whose rows are wanted.
std::int64_t last_time(TransactionLimits const& limits) {
  constexpr std::int64_t kDaySeconds = 86'400;
  return limits.until ? (*limits.until + std::int64_t{1}) * kDaySeconds - 1 : kLastTime;
}

/// The bytes of a piece.
struct PieceText {
  std::vector<char> copy;  ///< kept, because fresh memory costs more than reading
  Result<std::string_view> text;
  bool quotes = false;

  void fetch(Table const& table, Piece const& piece) {
    text = table.part(piece.begin, piece.end, copy);
    quotes = text && std::memchr(text->data(), '"', text->size()) != nullptr;
  }
};

}  // namespace

/// The rows of a file in another format, made batches.
class TransactionReader::OpenFile final : public RowSink {
 public:
  OpenFile(State& state, std::string name) : state_(state), name_(std::move(name)) {}

  void row(SaleText const& row, RowNames const& names) override;
  BadRows& bad() override;
  Result<void> close();

 private:
  void hand_over();

  State& state_;
  std::string name_;
  RowBatch batch_;
  Result<void> taken_;  ///< the first fault; a sink has no way to stop its reader
};

struct TransactionReader::State {
  TransactionLimits limits;
  BadRows bad;
  BasketJoin join;
  std::vector<RowParser> parsers;
  std::vector<RowBatch> batches;  ///< by piece; kept likewise
  std::vector<PieceText> texts;   ///< by piece
  std::size_t round = 1;          ///< pieces to try at once
  TimeKind kind = TimeKind::none;
  std::uint64_t returns = 0;
  std::uint64_t priced_below_zero = 0;
  std::uint64_t unknown = 0;
  std::uint64_t late = 0;
  LateSales latest;
  // Of the open file:
  std::uint64_t rows_before = 0;
  std::uint64_t below_zero_before = 0;
  std::uint64_t below_zero_line = 0;
  std::string below_zero;
  bool outgrown = false;
  std::unique_ptr<OpenFile> file;
  std::vector<RepeatedDays> repeated;  ///< by file, of a share

  [[nodiscard]] bool wants_no_strays() const { return !limits.until && !limits.want_strays; }
  void open_file();
  void end_rows();
  Result<void> look_again(Table const& table, std::size_t begin);
  void close_file(std::string const& name, bool has_header);
  Result<void> read_stream(Table& table);
  Result<void> read_whole(Table& table, Advance const& advance);
  Result<void> read_piece(Table const& table, std::size_t& position, std::uint64_t& lines);
  Result<bool> read_pieces(Table const& table, std::size_t& position, std::uint64_t& lines);
  Result<void> take(RowBatch& batch, unsigned parser, std::uint64_t lines_before);
};

Result<void> TransactionReader::State::take(RowBatch& batch, unsigned parser, std::uint64_t lines_before) {
  batch.end_run();
  bad.append(batch.bad, lines_before);
  returns += batch.returns;
  if (batch.priced_below_zero > 0 && priced_below_zero == below_zero_before) {
    below_zero_line = lines_before + batch.below_zero_line;
    below_zero = batch.below_zero;
  }
  priced_below_zero += batch.priced_below_zero;
  unknown += batch.unknown;
  late += batch.late;
  join.add(batch, parsers[parser], parser, lines_before);
  if (limits.memory == 0 || join.memory() <= limits.memory) return {};
  outgrown = true;
  constexpr std::uint64_t kMebi = std::uint64_t{1} << 20U;
  auto const may_take = limits.memory < kMebi ? std::to_string(limits.memory >> 10U) + " KiB"
                                              : std::to_string(limits.memory >> 20U) + " MiB";
  return fail(Code::rejected,
              "transactions: the baskets need more than the " + may_take + " they may take; allow more memory");
}

void TransactionReader::State::open_file() {
  rows_before = bad.rows();
  below_zero_before = priced_below_zero;
}

/// Which is done before anything is said of the file. Other rows than those of plain CSV said how many pieces they are.
void TransactionReader::State::end_rows() { (void)join.end_rows(true); }

/// Quantities are not kept row by row: where lines of a sale were taken back in the same sale, the rows from `begin` on
/// are read once more.
Result<void> TransactionReader::State::look_again(Table const& table, std::size_t begin) {
  RowParser parser(limits.share, last_time(limits));
  parser.want_pieces(true);
  parser.set_kind(kind);
  auto part = table.rows_of(table.whole().substr(begin));
  RowBatch batch;
  for (bool more = true; more;) {
    batch.clear();
    auto const taken = parser.take(part, kNoEnd, kRowsPerBatch, batch);
    if (!taken) return tl::unexpected(taken.error());
    more = *taken;
    batch.end_run();
    join.add_pieces(batch, parser);
  }
  return {};
}

/// Makes the rows baskets, and says what is odd about the file as a whole.
void TransactionReader::State::close_file(std::string const& name, bool has_header) {
  auto const rows = bad.rows() - rows_before;
  if (rows == 0) {
    bad.note(name + (has_header ? ":1: header: no rows stand behind it" : ": holds no rows") +
             "; is this the right file?");
  }
  if (auto const below = priced_below_zero - below_zero_before; below > 0) {
    bad.note(name + ':' + std::to_string(below_zero_line) + ": unit_price: " + below_zero + " is below 0" +
             (below > 1 ? ", the first of " + std::to_string(below) + " such rows" : "") +
             ": taken as sold, without the price; give a return a quantity below 0");
  }
  auto const before = join.closed_baskets();
  auto const line = join.first_line();
  bool const one = limits.share.of == 1 && join.open_baskets() == 1 && rows > limits.basket_items;
  bool const of_share = limits.share.of > 1;
  if (kind == TimeKind::calendar && !of_share && wants_no_strays()) latest.add(name, join.latest(LateSales::kShown));
  auto days = join.close_file(name, limits.basket_items, kind, of_share, bad);
  if (of_share) {
    repeated.push_back(std::move(days));
  } else if (auto const sales = judge(days)) {
    bad.note(repeated_note(name, *sales));
  }
  if (one && join.closed_baskets() > before) {
    bad.note(name + ':' + std::to_string(line) + ": all " + std::to_string(rows) +
             " rows are of one basket; is basket_id the number of a receipt, not of a store or a day?");
  }
}

/// What cannot be had at once: packed files, pipes.
Result<void> TransactionReader::State::read_stream(Table& table) {
  RowBatch batch;
  for (bool more = true; more;) {
    batch.clear();
    auto const taken = parsers[0].take(table, kNoEnd, kRowsPerBatch, batch);
    if (!taken) return tl::unexpected(taken.error());
    more = *taken;
    if (auto const kept = take(batch, 0, 0); !kept) return kept;
  }
  kind = parsers[0].kind();
  return {};
}

/// Rows in order, from the mapped file: whatever a piece may hold.
Result<void> TransactionReader::State::read_piece(Table const& table, std::size_t& position, std::uint64_t& lines) {
  auto part = table.rows_of(table.whole().substr(position));
  auto& batch = batches.front();
  batch.clear();
  parsers[0].set_kind(kind);
  if (auto const taken = parsers[0].take(part, limits.piece, kNoEnd, batch); !taken) {
    return tl::unexpected(taken.error());
  }
  kind = parsers[0].kind();
  auto const before = std::exchange(lines, lines + batch.lines);
  position += part.position();
  return take(batch, 0, before);
}

/// Some pieces at once. A quoted field may hold line ends, so that only reading in order tells where a row starts:
/// then, and while it is open what timestamps mean, nothing is taken and the answer is false.
Result<bool> TransactionReader::State::read_pieces(Table const& table, std::size_t& position, std::uint64_t& lines) {
  if (kind == TimeKind::none && table.has(kTimeColumn)) return false;
  auto const threads = static_cast<unsigned>(parsers.size());
  auto cuts = cut(table, position, limits.piece, round);
  if (!cuts) return tl::unexpected(cuts.error());
  auto& pieces = *cuts;
  in_pieces(pieces.size(), 1, threads, [&](std::size_t n, std::size_t, unsigned) { texts[n].fetch(table, pieces[n]); });
  std::size_t good = 0;
  for (; good < pieces.size() && !texts[good].quotes; ++good) {
    if (!texts[good].text) return tl::unexpected(texts[good].text.error());
  }
  round = good < pieces.size() ? 1 : std::min(round * 2, batches.size());
  if (good == 0) return false;
  for (auto& parser : parsers) parser.set_kind(kind);
  in_pieces(good, 1, threads, [&](std::size_t n, std::size_t, unsigned number) {
    pieces[n].parser = number;
    batches[n].clear();
    auto part = table.rows_of(*texts[n].text);
    (void)parsers[number].take(part, texts[n].text->size(), kNoEnd, batches[n]);  // memory cannot fail to be read
  });
  for (std::size_t n = 0; n < good; ++n) {
    // Running out of memory is noticed by the caller: it asks outgrown.
    if (auto const kept = take(batches[n], pieces[n].parser, lines); !kept) return true;
    lines += batches[n].lines;
  }
  position = pieces[good - 1].end;
  return true;
}

Result<void> TransactionReader::State::read_whole(Table& table, Advance const& advance) {
  auto const size = table.whole().size();
  auto position = table.position();
  auto lines = table.lines();
  auto const begun = position;
  auto const items_before = join.data().basket_items.size();
  batches.resize(parsers.size() > 1 ? parsers.size() * kPiecesPerThread : 1);
  texts.resize(batches.size());
  round = 1;
  while (position < size) {
    bool const first = position == begun;
    auto const some = first ? Result<bool>(false) : read_pieces(table, position, lines);
    if (!some) return tl::unexpected(some.error());
    if (!*some) {
      if (auto const read = read_piece(table, position, lines); !read) return read;
    }
    if (outgrown) return fail(Code::rejected, "transactions: the baskets need more memory than allowed");
    if (first) {
      // Room asked for once is neither copied nor touched before it is needed; growing by doubling is both. Too much
      // asked for costs nothing.
      constexpr double kMargin = 1.15;
      auto const share = static_cast<double>(size - position) / static_cast<double>(position - begun);
      auto const expected = [&](std::size_t found, double margin) {
        return static_cast<std::size_t>(static_cast<double>(found) * share * margin);
      };
      auto const rows = join.data().basket_items.size() - items_before;
      auto const baskets = join.open_baskets();
      if (limits.memory == 0 || join.memory_with(expected(rows, 1), expected(baskets, 1)) <= limits.memory) {
        join.expect(expected(rows, kMargin), expected(baskets, kMargin));
      }
    }
    if (advance) advance(static_cast<double>(position) / static_cast<double>(size));
  }
  return {};
}

BadRows& TransactionReader::OpenFile::bad() { return state_.bad; }

void TransactionReader::OpenFile::row(SaleText const& row, RowNames const& names) {
  if (!taken_) return;
  auto& parser = state_.parsers[0];
  SaleFields fields;
  auto complaint = understand(row, names, parser.kind(), fields);
  if (!complaint) complaint = parser.add(fields, row.line, batch_);
  if (complaint) return state_.bad.add(name_, row.line, *complaint);
  if (batch_.items.size() >= kRowsPerBatch) hand_over();
}

void TransactionReader::OpenFile::hand_over() {
  taken_ = state_.take(batch_, 0, 0);
  batch_.clear();
}

Result<void> TransactionReader::OpenFile::close() {
  if (taken_) hand_over();
  if (!taken_) return taken_;
  state_.end_rows();
  state_.kind = state_.parsers[0].kind();
  state_.close_file(name_, false);
  return {};
}

std::uint64_t half_of_memory() {
  auto const pages = ::sysconf(_SC_PHYS_PAGES);
  auto const page = ::sysconf(_SC_PAGESIZE);
  constexpr std::uint64_t kFallback = std::uint64_t{1} << 30U;
  return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) / 2 : kFallback;
}

TransactionReader::TransactionReader(TransactionLimits limits) : state_(std::make_unique<State>()) {
  state_->limits = limits;
  state_->limits.piece = std::max<std::size_t>(1, limits.piece);
  state_->parsers.assign(thread_count(limits.threads), RowParser(limits.share, last_time(limits), limits.dated_prices));
}
TransactionReader::~TransactionReader() = default;
TransactionReader::TransactionReader(TransactionReader&&) noexcept = default;
TransactionReader& TransactionReader::operator=(TransactionReader&&) noexcept = default;

BadRows const& TransactionReader::bad() const noexcept { return state_->bad; }
bool TransactionReader::outgrown() const noexcept { return state_->outgrown; }

Result<void> TransactionReader::add(std::string const& path, Advance const& advance) {
  auto source = open_file(path);
  if (!source) return tl::unexpected(source.error());
  return add(std::move(*source), path, advance);
}

Result<void> TransactionReader::add(std::unique_ptr<ByteSource> source, std::string name, Advance const& advance) {
  auto table = Table::open(std::move(source), std::move(name), kSaleColumns);
  if (!table) return tl::unexpected(table.error());
  auto& state = *state_;
  state.open_file();
  state.parsers[0].set_kind(state.kind);
  bool const stream = table->whole().empty();
  auto const begin = table->position();
  for (auto& parser : state.parsers) parser.want_pieces(stream);  // it cannot be read again
  auto read = stream ? state.read_stream(*table) : state.read_whole(*table, advance);
  std::vector<RowBatch>().swap(state.batches);
  std::vector<PieceText>().swap(state.texts);
  if (!read) return read;
  if (state.join.end_rows(stream)) read = state.look_again(*table, begin);
  if (!read) return read;
  state.close_file(table->name(), true);
  return {};
}

RowSink& TransactionReader::open_rows(std::string name) {
  state_->open_file();
  state_->parsers[0].set_kind(state_->kind);
  state_->parsers[0].want_pieces(true);
  state_->file = std::make_unique<OpenFile>(*state_, std::move(name));
  return *state_->file;
}

Result<void> TransactionReader::close_rows() {
  auto closed = state_->file->close();
  state_->file.reset();
  return closed;
}

std::uint64_t TransactionReader::returns() const noexcept { return state_->returns; }
std::span<RepeatedDays const> TransactionReader::repeated_days() const noexcept { return state_->repeated; }

std::uint64_t TransactionReader::left_out() const noexcept { return state_->join.left_out(); }
std::uint64_t TransactionReader::netted() const noexcept { return state_->join.netted(); }

Result<void> note_left_out(BadRows& bad, std::uint64_t baskets, std::uint64_t returns, std::uint64_t netted,
                           TransactionLimits const& limits, bool any_left) {
  std::string left_out;
  auto const total = [&](std::string const& text) {
    left_out += (left_out.empty() ? "" : ", ") + text;
    bad.total("transactions: " + text);
  };
  if (baskets > 0) {
    total(std::to_string(baskets) + (baskets == 1 ? " basket" : " baskets") + " with more than " +
          std::to_string(limits.basket_items) + " distinct items left out");
  }
  if (returns > 0) {
    total(std::to_string(returns) + " rows with a quantity of 0 or less taken as returns, not counted" +
          (netted == 0 ? "" : "; " + std::to_string(netted) + " of them taken from lines of their own basket"));
  }
  if (any_left) return {};
  auto text =
      "transactions: not one basket" + (left_out.empty() ? "" : " (" + left_out + ")") +
      (baskets > 0 ? "; is basket_id the number of a receipt, not of a store or a day?" : "; is this the right file?");
  for (auto const& note : bad.first_notes()) text += "\n  " + note;
  return fail(Code::invalid, std::move(text));
}

Result<Dataset> TransactionReader::finish() {
  auto& state = *state_;
  if (auto const judged = state.bad.judge(state.limits.bad_rows, "transactions"); !judged) {
    return tl::unexpected(judged.error());
  }
  if (state.priced_below_zero > 0) {
    state.bad.total("transactions: " + std::to_string(state.priced_below_zero) +
                    (state.priced_below_zero == 1 ? " row" : " rows") +
                    " with a unit_price below 0: taken as sold, without the price; a return has a quantity below 0");
  }
  if (state.unknown > 0) {
    state.bad.total("transactions: " + std::to_string(state.unknown) + " rows of items no till could name (sku " +
                    std::string(kOpenName) + "...): not counted; give the tills an items file with these names");
  }
  if (state.late > 0) {
    auto const day = day_text(*state.limits.until);
    if (state.join.data().baskets() == 0 && state.limits.share.of == 1) {
      return fail(Code::invalid, "no basket counts as of " + day + "; choose a later day");
    }
    state.bad.total("transactions: " + counted(state.late, "row") + " after " + day + " left out (--as-of)");
  }
  // Who reads by shares adds up what was left out.
  if (state.limits.share.of == 1) {
    auto const any =
        note_left_out(state.bad, left_out(), returns(), netted(), state.limits, state.join.data().baskets() > 0);
    if (!any) return tl::unexpected(any.error());
  }
  for (std::size_t n = 0; n < state.parsers.size(); ++n) state.join.add_sold(state.parsers[n], n);
  auto data = state.join.take();
  data.time_kind = state.kind;
  if (state.limits.share.of == 1 && state.wants_no_strays()) state.latest.judge(data, state.bad);
  note_unix_times(data, state.bad);
  return data;
}

}  // namespace tillcue::models
