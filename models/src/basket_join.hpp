#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fresh_pages.hpp"
#include "late_sales.hpp"
#include "repeated_sales.hpp"
#include "sale_rows.hpp"
#include "text_index.hpp"
#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/dataset.hpp"

namespace tillcue::models {

/// Brings the rows of files, batch by batch in the order of the rows, together to baskets.
/// Threads  one.
class BasketJoin {
 public:
  /// Adds rows of the open file. `parser` made the batch; `lines_before` stand before it in the file.
  void add(RowBatch const& batch, RowParser const& parser, std::size_t parser_number, std::uint64_t lines_before);

  /// Once all rows of the open file are here: puts those of each basket together, and looks which of them returns may
  /// take back. True: only the quantities of some baskets' rows can tell, and `pieces_known` is false. Then what is
  /// read once more is given to add_pieces().
  bool end_rows(bool pieces_known);
  void add_pieces(RowBatch const& batch, RowParser const& parser);

  /// Makes the rows since the last call baskets, without the items of which as much was returned as sold, and after
  /// end_rows(). Those of more than `most` distinct items are noted and left out. What
  /// stands there twice is looked for, day by day when times are those of a calendar; in a file whose baskets do not
  /// come back only for a share of the baskets, whose days are wanted by who adds up.
  RepeatedDays close_file(std::string const& name, std::size_t most, TimeKind kind, bool of_share, BadRows& bad);

  /// Adds what a parser has kept about its items; once for each, after its last batch.
  void add_sold(RowParser const& parser, std::size_t parser_number);

  /// Leaves this one empty, but for what there is to say of it.
  Dataset take();

  [[nodiscard]] Dataset const& data() const noexcept { return data_; }
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }
  /// Rows of returns that were taken from their own basket.
  [[nodiscard]] std::uint64_t netted() const noexcept { return netted_; }
  /// Bytes the baskets take, roughly, with what close_file() will need beside them.
  [[nodiscard]] std::size_t memory() const noexcept;
  /// The same when as many again have come.
  [[nodiscard]] std::size_t memory_with(std::size_t rows, std::size_t baskets) const noexcept;
  /// Makes room for about so many more rows and baskets of the open file.
  void expect(std::size_t rows, std::size_t baskets);
  /// Baskets of the open file.
  [[nodiscard]] std::size_t open_baskets() const noexcept { return ids_.size(); }
  /// On which the first of them begins; 0 when there is none.
  [[nodiscard]] std::uint64_t first_line() const noexcept { return open_baskets() == 0 ? 0 : first_line(0); }
  /// The latest baskets of the open file, so many at most, by line.
  /// Cost  one pass over its baskets.
  [[nodiscard]] std::vector<LateBasket> latest(std::size_t most) const;
  /// Baskets of the files that were closed.
  [[nodiscard]] std::size_t closed_baskets() const noexcept { return closed_; }

 private:
  void grow(std::size_t rows, std::size_t runs);
  std::uint32_t basket_of(RowBatch::Run const& run, std::string_view id, std::uint64_t lines_before);
  std::uint32_t item_of(RowParser const& parser, std::size_t parser_number, std::uint32_t number);
  void index_skus();
  std::uint32_t find_item(std::string_view sku);
  bool same_numbers(RowParser const& parser, std::size_t parser_number);
  void add_run(RowRun const& run, bool known, bool apart);
  void gather_runs();
  [[nodiscard]] std::size_t memory_to_close() const noexcept;
  [[nodiscard]] RepeatedDays repeated_days(TimeKind kind, bool of_share) const;
  /// A return that waits for the end of its file: its basket's rows may stand anywhere.
  struct Returned {
    std::size_t basket_end,
        sku_end;         ///< in returned_texts_: its basket's id behind the row before, its SKU behind that
    std::uint64_t hash;  ///< of the id
    std::int64_t quantity_milli;
  };
  /// What is not of one piece.
  struct Pieces {
    std::uint32_t basket, item;
    std::int64_t quantity_milli;
  };
  /// An item of a basket, of which some was returned in the same basket.
  struct Net {
    std::uint32_t basket, item;
    std::int64_t sold_milli, returned_milli;  ///< the latter below 0
    std::uint64_t returns = 1;                ///< rows of these
  };
  void keep_returned(RowBatch const& batch, RowParser const& parser);
  void net_returns();
  void find_returned();
  void count_sold();
  void forget_returned();
  std::vector<std::uint32_t> taken_back(std::size_t basket);
  Net* find_net(std::uint32_t basket, std::uint32_t item);
  struct RowsOf {
    std::size_t begin;
    std::size_t end;
  };
  bool close_basket(std::size_t basket, RowsOf const& rows, std::size_t place, std::size_t most,
                    std::string const& name, BadRows& bad);
  [[nodiscard]] std::uint64_t first_line(std::size_t basket) const noexcept {
    return data_.begin[closed_ + 1 + basket];
  }

  Dataset data_;    ///< of the open file: all rows; in `begin` the line of each basket's first row, until it is closed
  TextIndex skus_;  ///< of data_.items, once a second parser has come
  std::vector<std::vector<std::uint32_t>> renamed_;  ///< by parser: its items -> data_.items
  std::vector<std::size_t> same_;                    ///< by parser: how many of the first items keep their number
  // Of the open file:
  RisingIndex ids_;
  bool in_order_ = true;             ///< no basket comes back once another one has begun
  std::vector<std::uint32_t> rows_;  ///< by basket, as long as that is so
  std::vector<RowRun> runs_;         ///< when it is not
  bool others_ = false;              ///< the last rows read are of another share
  std::size_t rows_begin_ = 0;
  std::size_t closed_ = 0;  ///< baskets of the files before
  std::vector<Returned> returned_;
  std::string returned_texts_;
  std::vector<Pieces> pieces_;
  std::vector<Net> nets_;     ///< by basket, then item; once end_rows() was called
  std::size_t next_net_ = 0;  ///< to be looked at when baskets are closed
  std::uint64_t netted_ = 0;
  std::vector<std::uint32_t> seen_in_;  ///< per item: the last basket it was seen in, counted from 1
  std::uint32_t stamp_ = 0;
  std::uint64_t left_out_ = 0;
  struct {
    PagesAhead items, times, keys, begin, rows;
  } ahead_;  ///< of what grows row by row and basket by basket
};

}  // namespace tillcue::models
