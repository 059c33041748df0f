#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "shared_samples.hpp"
#include "tillcue/pos/printed_text.hpp"
#include "tillcue/pos/receipt.hpp"

// Receipts of other programmes, read without any configuration but the printer's profile.
using namespace tillcue::pos;
namespace fs = std::filesystem;

namespace {

fs::path samples() { return shared_folder() / "data" / "escpos"; }

PrinterProfile profile_for(nlohmann::json const& expected) {
  auto const columns = expected.value("columns", 48);
  return find_profile(columns == 42 ? "epson-tm-t88" : columns == 32 ? "pos-5890" : "epson-tm-t20").value();
}

std::int64_t minor(nlohmann::json const& value) { return std::llround(value.get<double>() * 100); }

bool same_name(std::string const& read, std::string const& full) {
  // What does not fit its column is cut off on paper: then the paper is right.
  return read == full || (read.size() >= 15 && full.starts_with(read));
}

bool same_item(ReceiptItem const& read, nlohmann::json const& item) {
  bool const unit = item.at("unit_price").is_null() || minor(item.at("unit_price")) == read.unit_minor;
  return same_name(read.name, item.at("name").get<std::string>()) && unit &&
         minor(item.at("line_total")) == read.total_minor &&
         std::llround(item.at("qty").get<double>() * 1000) == read.quantity.milli;
}

}  // namespace

TEST_CASE("every labelled receipt gives its total, and its items with quantity and price") {
  if (skip_without(samples() / "files", "receipts read")) return;
  unsigned receipts = 0, totals = 0, items = 0, right = 0;
  for (auto const& file : files_in(samples() / "files", ".bin")) {
    auto sample = file;
    if (!fs::exists(sample.replace_extension(".expected.json"))) continue;
    if (file.filename() == "receiptline_en_stargraphic.bin") continue;  // a picture: there is no text in it
    auto const expected = nlohmann::json::parse(read_file(sample));
    auto const job = job_of(read_file(file));
    auto const printed = read_printed(job, profile_for(expected), Letters::plain, dialect_of(job));
    auto const receipt = read_receipt(printed.lines, {});
    CAPTURE(file.filename().string());
    ++receipts;
    bool const total = receipt.kind == SlipKind::sale && receipt.total_minor == minor(expected.at("total"));
    CHECK(total);
    totals += total ? 1 : 0;
    auto const& wanted = expected.at("items");
    CHECK(receipt.items.size() == wanted.size());
    for (std::size_t n = 0; n < wanted.size(); ++n) {
      bool const same = n < receipt.items.size() && same_item(receipt.items[n], wanted[n]);
      CAPTURE(wanted[n].dump());
      CHECK(same);
      ++items;
      right += same ? 1 : 0;
    }
  }
  MESSAGE("receipts " << receipts << ", totals right " << totals << ", items right " << right << " of " << items);
  CHECK(receipts >= 25);
  CHECK(totals == receipts);
  CHECK(right * 100 >= items * 98);
}

TEST_CASE("what is no sale is told from what is") {
  if (skip_without(samples() / "files", "no sales")) return;
  unsigned others = 0;
  for (auto const& file : files_in(samples() / "files", ".bin")) {
    auto sample = file;
    if (fs::exists(sample.replace_extension(".expected.json"))) continue;
    CAPTURE(file.filename().string());
    auto const printed = read_printed(job_of(read_file(file)), find_profile("epson-tm-t20").value());
    auto const receipt = read_receipt(printed.lines, {});
    ++others;
    // The one with items and a total among the unlabelled ones.
    bool const has_total =
        printed.text().find("TOTAL") != std::string::npos || printed.text().find("Total") != std::string::npos;
    if (!has_total) CHECK(receipt.kind != SlipKind::sale);
  }
  CHECK(others >= 30);
}
