#include "made_import.hpp"

#include <doctest/doctest.h>

namespace tillcue::models::made {
namespace {

/// Keeps good rows as text.
class Kept final : public RowSink {
 public:
  explicit Kept(std::string name) : name_(std::move(name)) {}
  void row(SaleText const& row, RowNames const& names) override {
    SaleFields fields;
    if (auto const complaint = understand(row, names, known_, fields)) return bad_.add(name_, row.line, *complaint);
    if (fields.kind != TimeKind::none) known_ = fields.kind;
    std::string text;
    for (auto const field : {row.basket, row.customer, row.time, row.sku, row.quantity, row.price}) {
      text += std::string(field) + '|';
    }
    text.pop_back();
    rows.push_back(text);
  }
  BadRows& bad() override { return bad_; }

  std::vector<std::string> rows;

 private:
  std::string name_;
  BadRows bad_;
  TimeKind known_ = TimeKind::none;
};

}  // namespace

Rows read_as(SalesFormat format, std::string const& text, std::size_t step, PoslogSku sku) {
  std::string const name = format == SalesFormat::jsonl ? "sales.jsonl"
                           : format == SalesFormat::csv ? "sales.csv"
                                                        : "sales.xml";
  Kept kept(name);
  ImportOptions options;
  options.format = format;
  options.poslog_sku = sku;
  auto const read = read_sales(from_memory(text, step), name, options, kept);
  return {kept.rows, kept.bad().shown(), kept.bad().notes(), read ? "" : read.error().what};
}

bool tells(std::string const& text, std::string const& part) {
  bool const found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

}  // namespace tillcue::models::made
