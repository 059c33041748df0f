#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
    std::uint64_t hash;      ///< text_hash of the basket id
    std::uint32_t id_end;    ///< its id is ids[id_end of the run before, id_end)
    std::uint32_t rows_end;  ///< its rows likewise
    std::uint64_t line;      ///< of its first row
    std::int64_t time;       ///< the earliest, kNoTime when there is none
  };
  std::string ids;
  std::vector<Run> runs;
  std::vector<std::uint32_t> items;  ///< as numbered by the parser
  BadRows bad;                       ///< lines as counted by the table
  std::uint64_t returns = 0;
  std::uint64_t priced_below_zero = 0;  ///< sold all the same; the price is passed over
  std::uint64_t unknown = 0;            ///< items no till could name (kOpenName): left out
  std::uint64_t lines = 0;

  void clear();
};

/// Notes what is not in the baskets and why.
/// Errors  invalid when `any_left` is false: not one basket.
Result<void> note_left_out(BadRows& bad, std::uint64_t baskets, std::uint64_t returns, TransactionLimits const& limits,
                           bool any_left);

/// Checks rows and numbers their items. Remembers the row before: rows of a basket mostly stand together and agree in
/// all but the item.
/// Threads  one; several parsers may read parts of one table.
class RowParser {
 public:
  explicit RowParser(Share share = {}) : share_(share) {}

  /// Rows of `table` that begin before `end` of its bytes, at most `most` good ones, into the empty batch `out`.
  /// False: the file has ended.  Errors  of the file.
  Result<bool> take(Table& table, std::size_t end, std::size_t most, RowBatch& out);

  /// One row from a reader of another format. What is wrong with it, or nothing.
  std::optional<std::string> add(SaleFields const& row, std::uint64_t line, RowBatch& out);

  /// What timestamps mean, as far as it is known.
  [[nodiscard]] TimeKind kind() const noexcept { return kind_; }
  void set_kind(TimeKind kind) noexcept { kind_ = kind; }

  [[nodiscard]] TextIndex const& skus() const noexcept { return skus_; }
  /// What was sold of item `number` of skus() in the rows kept so far.
  void add_sold(std::uint32_t number, SoldItem& out) const;

 private:
  /// What every row of an item touches. Most items have one price, or one and an offer: those two are known by their
  /// text, which need not be read again.
  struct Sold {
    std::int64_t quantity_milli = 0;
    std::uint64_t price[2] = {0, 0};  ///< short_key() of the text; 0: none yet
    std::uint32_t times[2] = {0, 0};
    bool unknown = false;  ///< kOpenName
  };
  struct Prices {
    std::int64_t micro[2] = {0, 0};  ///< what Sold::price means
    std::vector<PricePoint> others;
  };
  /// A row as it lies in the file, waiting for the memory to bring what it needs.
  struct Waiting {
    std::string_view field[std::size(kSaleColumns)];
    std::uint64_t hash;
    std::uint64_t line;
    std::uint32_t item;    ///< what the SKU seems to be
    std::uint16_t steady;  ///< the waiting row whose steady fields are this one's too, and filled in
    bool repeats;          ///< those of the row before
  };
  static constexpr std::size_t kWaiting = 64;

  std::size_t collect(Table& table, std::size_t end);
  void settle(std::size_t rows, Table const& table, RowBatch& out);
  bool settle_quickly(Waiting const& row, RowBatch& out);
  void settle_row(Waiting const& row, Table const& table, RowBatch& out);
  std::optional<std::string> read(Waiting const& waiting, bool price_known, SaleFields& out);
  std::optional<std::string> read_time(std::string_view text, SaleFields& out);
  bool know_basket(std::string_view id) noexcept { return run_open_ && same_text(id, basket_); }
  std::optional<std::string> learn_basket(std::string_view id);
  std::optional<std::string> learn_item(std::string_view sku, std::uint64_t hash, std::uint32_t& number);
  std::optional<std::string> wrong_kind(std::string_view text, TimeKind kind) const;
  /// False: a return, an unknown item, or not of this share.
  bool keep(SaleFields const& row, std::uint32_t item, std::uint64_t line, RowBatch& out);
  void add_price_of(std::uint32_t item, std::int64_t micro, std::uint64_t key, RowBatch& out);
  void open_run(std::uint64_t line, RowBatch& out);

  Share share_;
  TextIndex skus_;
  std::vector<Sold> sold_;      ///< as skus_
  std::vector<Prices> prices_;  ///< as skus_
  Waiting waiting_[kWaiting] = {};
  TimeKind kind_ = TimeKind::none;
  std::string basket_;  ///< of the row before
  std::uint64_t basket_hash_ = 0;
  bool in_share_ = true;
  bool run_open_ = false;
  bool row_kept_ = false;  ///< the row before is the last one of the open run
  std::string time_text_;
  std::int64_t time_ = kNoTime;
  TimeKind time_kind_ = TimeKind::none;
};

}  // namespace tillcue::models
