#include <cstdint>
#include <cstdlib>
#include <string>

#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/csv.hpp"
#include "tillcue/models/logged_decisions.hpp"
#include "tillcue/models/transactions.hpp"

using namespace tillcue::models;

namespace {

/// All that the reader says, so that two ways of reading can be compared.
std::string told(std::string const& text, std::size_t step) {
  auto const source = from_memory(text, step);
  CsvReader reader(*source, {64, 256});
  std::string all;
  for (;;) {
    auto const next = reader.next();
    if (!next || *next == CsvReader::Next::end) return all;
    all += std::to_string(reader.line()) + (*next == CsvReader::Next::row ? "+" : "-" + reader.complaint());
    for (auto const field : reader.fields()) {
      if (field.size() > 64) std::abort();
      all += std::to_string(field.size()) + ':' + std::string(field);
    }
    all += '\n';
  }
}

/// The baskets and what was said about them.
std::string sales(std::string const& text, std::size_t step) {
  TransactionLimits limits{1.0, 20, 1};
  limits.piece = 128;
  TransactionReader reader(limits);
  if (!reader.add(from_memory(text, step), "fuzz.csv")) return "no table";
  auto const read = reader.finish();
  std::string all;
  for (auto const& note : reader.bad().notes()) all += note + '\n';
  if (!read) return all;
  for (std::size_t n = 0; n < read->baskets(); ++n) {
    if (read->basket(n).empty() || read->basket(n).size() > 20) std::abort();
    all += std::to_string(read->times[n]) + ':';
    for (auto const item : read->basket(n)) all += read->items.at(item).sku + ',';
  }
  for (auto const& item : read->items) {
    all += '\n' + item.sku + ' ' + std::to_string(item.quantity_milli);
    for (auto const& price : item.prices) all += ' ' + std::to_string(price.micro) + '*' + std::to_string(price.times);
  }
  return all;
}

}  // namespace

/// Whatever the bytes: no crash, the same rows and sales however the bytes arrive, and never a broken data set.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const text(reinterpret_cast<char const*>(data), size);
  if (told(text, 0) != told(text, 1)) std::abort();
  if (sales(text, 0) != sales(text, 7)) std::abort();
  BadRows bad;
  (void)read_catalogue(from_memory(text, 5), "fuzz.csv", 1.0, bad);
  (void)read_decisions(from_memory(text, 3), "fuzz.csv", bad, [](LoggedDecision const& row) {
    if (row.sale.empty() || row.propensity_ppm == 0 || row.propensity_ppm > 1'000'000) std::abort();
    return std::string();
  });
  return 0;
}
