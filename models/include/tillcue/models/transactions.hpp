#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/byte_source.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/progress.hpp"
#include "tillcue/models/sale_text.hpp"

namespace tillcue::models {

/// Of the baskets, those whose hashed id leaves `part` when divided by `of`; all with 0 of 1. Shares of the same file
/// are disjoint and together the whole, wherever the rows stand.
struct Share {
  std::uint32_t part = 0;
  std::uint32_t of = 1;
};

struct RepeatedDays;

struct TransactionLimits {
  BadRowLimit bad_rows = {};        ///< how many may be bad
  std::size_t basket_items = 1000;  ///< a basket with more distinct items is nobody's basket: noted and left out
  unsigned threads = 0;             ///< 0: all; the result does not depend on it
  std::uint64_t memory = 0;         ///< bytes the baskets may take, roughly; 0: all there are
  Share share = {};                 ///< of the baskets, the ones to keep
  std::size_t piece = 256 * 1024;   ///< bytes a thread reads at a time
  /// The last day (since 1970) to read: rows of later ones are told and left out, as if the files ended there. Without
  /// it a few baskets that stand long after all others are (stray_days.hpp), unless they are wanted.
  std::optional<std::int32_t> until = {};
  bool want_strays = false;
  bool dated_prices = false;  ///< keep what each item cost in its last weeks (SoldItem::lately)
};

/// Bytes: what a command takes of the machine's memory unless told.
std::uint64_t half_of_memory();

/// Collects the baskets of any number of transaction files.
/// Columns  basket_id, sku; optional: timestamp, quantity, unit_price. A basket id holds within one file, and its rows
/// need not stand together. Rows with quantity <= 0 are returns: noted, not counted, and an item of which a basket
/// returns as much as it buys is not in it. A price below 0 is ignored.
/// A row a file has twice is one item, and whole days that stand there twice are noted; a file nobody may shorten while
/// it is read. Threads  one caller; plain files without quotes are read by `limits.threads`, with the same result as by
/// one.
class TransactionReader {
 public:
  explicit TransactionReader(TransactionLimits limits = {});
  ~TransactionReader();
  TransactionReader(TransactionReader&&) noexcept;
  TransactionReader& operator=(TransactionReader&&) noexcept;

  /// Errors  of the file and its header; rejected when the baskets outgrow limits.memory. Bad rows are collected.
  Result<void> add(std::unique_ptr<ByteSource> source, std::string name, Advance const& advance = {});
  Result<void> add(std::string const& path, Advance const& advance = {});
  /// For the readers of other formats: all rows given to the sink until close_rows() are those of one file, called
  /// `name` in complaints.
  RowSink& open_rows(std::string name);
  /// Errors  rejected when the baskets outgrew limits.memory: the rows since then were dropped.
  Result<void> close_rows();
  /// Errors  invalid: too many bad rows, or not one basket (a share of several may be empty, and has no strays).
  Result<Dataset> finish();

  [[nodiscard]] BadRows const& bad() const noexcept;
  /// Whether add() failed for want of memory alone: a smaller share may fit.
  [[nodiscard]] bool outgrown() const noexcept;
  /// Rows with a quantity of 0 or less in all shares, and baskets of this one with too many items.
  [[nodiscard]] std::uint64_t returns() const noexcept;
  [[nodiscard]] std::uint64_t left_out() const noexcept;
  /// Of the returns, those of items of their own basket; of this share.
  [[nodiscard]] std::uint64_t netted() const noexcept;
  /// By file, what of a share of several stands there twice; whole, it is among the notes.
  [[nodiscard]] std::span<RepeatedDays const> repeated_days() const noexcept;

 private:
  struct State;
  class OpenFile;
  std::unique_ptr<State> state_;
};

}  // namespace tillcue::models
