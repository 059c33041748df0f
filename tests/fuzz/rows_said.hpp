#pragma once

#include <string>

#include "tillcue/models/import.hpp"

/// All that a reader says of a file, so that two ways of reading can be compared.
inline std::string rows_said(tillcue::models::SalesFormat format, std::string const& text, std::size_t step) {
  using namespace tillcue::models;
  class Said final : public RowSink {
   public:
    void row(SaleText const& row, RowNames const&) override {
      all += std::to_string(row.line) + ':' + std::string(row.within);
      for (auto const field : {row.basket, row.customer, row.time, row.sku, row.quantity, row.price}) {
        all += std::to_string(field.size()) + ':' + std::string(field);
      }
      all += '\n';
    }
    BadRows& bad() override { return bad_; }
    std::string all;

   private:
    BadRows bad_;
  };
  Said said;
  ImportOptions options;
  options.format = format;
  auto const read = read_sales(from_memory(text, step), "fuzz", options, said);
  for (auto const& complaint : said.bad().shown()) said.all += complaint + '\n';
  for (auto const& note : said.bad().notes()) said.all += note + '\n';
  return said.all + std::to_string(said.bad().bad()) + (read ? "" : read.error().what);
}
