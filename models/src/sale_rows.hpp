#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sold_items.hpp"
#include "text_index.hpp"
#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/sale_text.hpp"
#include "tillcue/models/table.hpp"
#include "tillcue/models/transactions.hpp"

namespace tillcue::models {

/// The wanted columns of a transactions file, in this order.
enum SaleColumn : std::size_t { kBasketColumn, kSkuColumn, kTimeColumn, kQuantityColumn, kPriceColumn };
inline constexpr Column kSaleColumns[] = {
    {"basket_id", true, true}, {"sku", true}, {"timestamp", false, true}, {"quantity"}, {"unit_price"}};

/// The good rows of a stretch of one file, in order: runs of rows with the same basket id.
struct RowBatch {
  struct Run {
    std::uint64_t hash = 0;       ///< text_hash of the basket id
    std::uint32_t id_end = 0;     ///< its id is ids[id_end of the run before, id_end)
    std::uint32_t rows_end = 0;   ///< its rows likewise; of the last one, once end_run() was called
    std::uint64_t line = 0;       ///< of its first row
    std::int64_t time = kNoTime;  ///< the earliest, kNoTime when there is none
  };
  std::string ids;
  std::vector<Run> runs;
  std::vector<std::uint32_t> apart;  ///< runs before which rows stand that are of another share; rising
  bool others_at_end = false;        ///< such rows behind the last run, or alone
  std::vector<std::uint32_t> items;  ///< as numbered by the parser
  /// A row of items that is not of one piece.
  struct Pieces {
    std::uint32_t row = 0;
    std::int64_t quantity_milli = 0;
  };
  std::vector<Pieces> pieces;  ///< where they are wanted, by rising row
  /// A row with a quantity below 0.
  struct Returned {
    std::uint64_t hash = 0;    ///< text_hash of the basket id
    std::uint32_t id_end = 0;  ///< as Run, in returned_ids
    std::uint32_t item = 0;    ///< as numbered by the parser
    std::int64_t quantity_milli = 0;
  };
  std::string returned_ids;
  std::vector<Returned> returned;
  BadRows bad;  ///< lines as counted by the table
  std::uint64_t returns = 0;
  std::uint64_t priced_below_zero = 0;  ///< sold all the same; the price is passed over
  std::uint64_t below_zero_line = 0;    ///< the first of these
  std::string below_zero;               ///< its price
  std::uint64_t unknown = 0;            ///< items no till could name (kOpenName): left out
  std::uint64_t late = 0;               ///< rows after the last time wanted: left out
  std::uint64_t lines = 0;

  void end_run();
  void clear();
};

/// Notes what is not in the baskets and why. `netted` of the returns were of items of their own basket.
/// Errors  invalid when `any_left` is false: not one basket, and what was noted about the files.
Result<void> note_left_out(BadRows& bad, std::uint64_t baskets, std::uint64_t returns, std::uint64_t netted,
                           TransactionLimits const& limits, bool any_left);

/// The texts of a row, by SaleColumn.
using SaleTexts = std::array<std::string_view, std::size(kSaleColumns)>;

/// Checks rows and numbers their items. Remembers the row before: rows of a basket mostly stand together and agree in
/// all but the item.
/// Threads  one; several parsers may read parts of one table.
class RowParser {
 public:
  /// Rows later than `last` (seconds since 1970, where times are those of a calendar) are left out.
  /// `dated_prices`: what items cost is kept by week too.
  explicit RowParser(Share share = {}, std::int64_t last = std::numeric_limits<std::int64_t>::max(),
                     bool dated_prices = false)
      : share_(share), last_(last), dated_prices_(dated_prices) {}

  /// Rows of `table` that begin before `end` of its bytes, at most `most` good ones, into the empty batch `out`.
  /// False: the file has ended.  Errors  of the file.
  Result<bool> take(Table& table, std::size_t end, std::size_t most, RowBatch& out);

  /// One row from a reader of another format. What is wrong with it, or nothing.
  std::optional<std::string> add(SaleFields const& row, std::uint64_t line, RowBatch& out);

  /// Whether batches say what is not of one piece; rows whose text is known by its item do not tell, so it costs.
  void want_pieces(bool wanted);

  /// What timestamps mean, as far as it is known.
  [[nodiscard]] TimeKind kind() const noexcept { return kind_; }
  void set_kind(TimeKind kind) noexcept { kind_ = kind; }

  [[nodiscard]] SoldItems const& skus() const noexcept { return skus_; }
  /// What was sold of item `number` of skus() in the rows kept so far.
  void add_sold(std::uint32_t number, SoldItem& out) const;

 private:
  /// What a row that was kept says of its item.
  struct Sold {
    static constexpr std::int64_t kNoPrice = -1;
    std::int64_t quantity_milli = 0;
    std::int64_t price_micro = kNoPrice;
  };
  /// What an item's rows said, but for how often its texts were met.
  struct SoldSums {
    std::int64_t quantity_milli = 0;
    std::array<Sold, SoldItems::kTexts> says;  ///< what the texts mean
    std::vector<PricePoint> prices;
    std::vector<WeekPrice> lately;
  };
  /// What will be asked about a row when the memory has brought its item.
  struct Waiting {
    SkuKey key;
    /// one_piece_key(), of several pieces price_key(), which says nothing of them; none: not an ordinary row, see
    /// settle_row(); 0: several at no price.
    std::uint64_t text = SoldItems::kNoText;
    std::uint32_t pieces = 0;
  };
  static constexpr std::size_t kWaiting = 64;
  void use_layout(Table const& table);
  void use_known_rows(bool known);
  void tell_text(SoldItems::Item& item, unsigned place);
  void begin_week(SoldItems::Item& item);
  void add_priced(SoldItems::Item& item, std::int64_t price_micro, std::uint64_t times);
  void set_week(TimeKind kind, std::int64_t time);
  void count_text(SoldItems::Item& item, unsigned place);
  bool learn_text(SoldItems::Item& item, std::uint64_t text, Sold says);

  std::size_t take_known(Table& table, std::size_t end, RowBatch& out);
  void collect_known(std::size_t from, std::size_t rows);
  void find_known(std::size_t from, std::size_t rows);
  bool join_basket(std::string_view basket, std::string_view time, std::uint64_t number, RowBatch& out);
  bool take_unknown(Table& table, LedLine const& line, RowBatch& out);
  void judge_known();

  void collect(Table const& table, std::size_t rows);
  void settle(std::size_t rows, Table const& table, std::uint64_t first_line, RowBatch& out);
  std::size_t take_quick(Table& table, std::size_t end, RowBatch& out);
  bool settle_quickly(QuickRow const& row, Waiting const& waiting, Table const& table, std::uint64_t line,
                      RowBatch& out);
  /// `text`: of what the row says, kNoText when it has none.
  void settle_row(SaleTexts const& texts, std::uint64_t line, Table const& table, std::uint64_t text, RowBatch& out);
  void add_row(SoldItems::Item& item, std::uint64_t text, std::uint64_t price, Sold const& says);
  std::optional<std::string> read(SaleTexts const& texts, bool price_known, SaleFields& out);
  std::optional<std::string> read_time(std::string_view text, SaleFields& out);
  bool take_time(std::string_view text);
  bool read_time_of_same_day(std::string_view text) noexcept;
  bool know_basket(std::string_view id) noexcept { return run_open_ && same_text(id, basket_); }
  std::optional<std::string> learn_basket(std::string_view id);
  bool take_basket(std::string_view id);
  std::optional<std::string> learn_item(std::string_view sku, SkuKey const& key, SoldItems::Item*& item);
  std::optional<std::string> wrong_kind(std::string_view text, TimeKind kind) const;
  /// False: too late, a return, an unknown item, or not of this share.
  bool keep(SaleFields const& row, SoldItems::Item& item, std::uint64_t line, RowBatch& out);
  void note_below_zero(std::int64_t price_micro, std::uint64_t line, RowBatch& out) const;
  void note_returned(SoldItems::Item const& item, std::int64_t quantity_milli, RowBatch& out) const;
  void join_run(TimeKind kind, std::int64_t time, std::uint64_t line, RowBatch& out);
  void open_run(std::uint64_t line, RowBatch& out);

  Share share_;
  std::int64_t last_;
  bool dated_prices_;
  bool wants_pieces_ = false;
  std::uint32_t week_ = kNoWeek;  ///< of the rows now read, where dates matter
  std::int64_t week_begins_ = 0;  ///< to set_week() sooner
  SoldItems skus_;
  std::deque<SoldSums> sums_;  ///< as skus_; what grows where it is need not be moved
  std::vector<QuickRow> rows_ = std::vector<QuickRow>(kWaiting);
  std::vector<Waiting> waiting_ = std::vector<Waiting>(kWaiting);  ///< as rows_
  Table::Layout layout_;                                           ///< of the file read last
  bool known_rows_ = false;  ///< whether its rows mostly say what one before them said: texts are those behind the SKU
  std::uint64_t judged_rows_ = 0;   ///< since judge_known() had a look
  std::uint64_t strange_rows_ = 0;  ///< of these, the ones that said what no text had room for
  std::vector<LedLine> lines_ = std::vector<LedLine>(kWaiting);
  std::vector<SoldItems::Item*> known_ = std::vector<SoldItems::Item*>(kWaiting);  ///< as lines_
  SoldItems::Item no_item_;                                                        ///< in known_: none yet
  TimeKind kind_ = TimeKind::none;
  std::string basket_;  ///< of the row before
  std::uint64_t basket_hash_ = 0;
  bool in_share_ = true;
  bool run_open_ = false;
  bool row_kept_ = false;  ///< the row before is the last one of the open run
  std::string time_text_;
  std::int64_t time_ = kNoTime;
  int clock_ = -1;  ///< seconds since midnight that it says, if it is such a text
  TimeKind time_kind_ = TimeKind::none;
};

inline void RowParser::count_text(SoldItems::Item& item, unsigned place) {
  if (item.week != week_) [[unlikely]]
    begin_week(item);
  if (item.times[place] == SoldItems::kMostTimes) [[unlikely]]
    tell_text(item, place);
  ++item.times[place];
}

}  // namespace tillcue::models
