#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "poslog_sale.hpp"

namespace tillcue::models {

/// Follows the elements of one XML document and puts its transactions together. Names are "NAMESPACE|name" or "name".
class PoslogDocument {
 public:
  static constexpr char kSeparator = '|';

  explicit PoslogDocument(PoslogSales& sales) : sales_(&sales) {}

  /// `attributes`: names and values in turn, a null pointer at the end.
  /// False when the document must not go on; problem() says why.
  bool open(std::string_view name, char const** attributes, std::uint64_t line);
  void text(std::string_view more);
  void close(std::string_view name);
  /// Ends the document with a reason; false.
  bool stop(std::string why);

  /// Whether there was any element at all.
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  [[nodiscard]] std::uint64_t transactions() const noexcept { return transactions_; }
  [[nodiscard]] std::string const& problem() const noexcept { return problem_; }

 private:
  void begin(PoslogTag tag, std::uint64_t line);
  void flag(PoslogTag tag, std::string_view attribute, std::string_view value);
  void flag_line(std::string_view attribute, std::string_view value);
  void keep(PoslogTag tag, std::string text);
  void close_line();
  [[nodiscard]] std::size_t part_at_hand() const;

  PoslogSales* sales_;
  PoslogTransaction transaction_;
  std::vector<PoslogTag> stack_;
  std::string space_;  ///< the namespace of the transaction at hand
  std::string text_;
  std::string problem_;
  std::uint64_t transactions_ = 0;
  bool begun_ = false;
  std::string price_for_;  ///< Quantity of the price at hand
  bool wanted_ = false;    ///< the text at hand is the one meant
  bool too_long_ = false;
  bool line_voided_ = false;
  std::string line_number_;
  std::size_t line_begin_ = 0;  ///< of the transaction's lines, the first of the LineItem at hand
};

}  // namespace tillcue::models
