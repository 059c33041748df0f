#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/byte_source.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/sale_text.hpp"

namespace tillcue::models {

struct TransactionLimits {
  double bad_rows = 0.001;          ///< share of rows that may be bad
  std::size_t basket_items = 1000;  ///< a basket with more distinct items is nobody's basket: noted and left out
};

/// Collects the baskets of any number of transaction files.
/// Columns  basket_id, sku; optional: timestamp, quantity, unit_price. A basket id holds within one file, and its rows
/// need not stand together. Rows with quantity <= 0 are returns: noted, not counted. A price below 0 is ignored.
/// Threads  one.
class TransactionReader {
 public:
  explicit TransactionReader(TransactionLimits limits = {});
  ~TransactionReader();
  TransactionReader(TransactionReader&&) noexcept;
  TransactionReader& operator=(TransactionReader&&) noexcept;

  /// Errors  of the file and its header; bad rows are collected.
  Result<void> add(std::unique_ptr<ByteSource> source, std::string name);
  Result<void> add(std::string const& path);
  /// For the readers of other formats: all rows given to the sink until close_rows() are those of one file, called
  /// `name` in complaints.
  RowSink& open_rows(std::string name);
  void close_rows();
  /// Errors  invalid: too many bad rows, or not one basket.
  Result<Dataset> finish();

  [[nodiscard]] BadRows const& bad() const noexcept;

 private:
  struct State;
  class OpenFile;
  std::unique_ptr<State> state_;
};

}  // namespace tillcue::models
