#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>

#include "baskets.hpp"
#include "shared_samples.hpp"
#include "tally.hpp"
#include "text/csv_row.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using namespace tillcue::pos::sim;

namespace {

constexpr Currency kEuro{{'E', 'U', 'R'}, 2};

/// A file that is gone with its test.
struct TempFile {
  std::string path;
  explicit TempFile(std::string const& text, std::string const& name = "t.csv")
      : path((std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + name)).string()) {
    std::ofstream(path, std::ios::binary) << text;
  }
  ~TempFile() { std::filesystem::remove(path); }
};

Result<std::vector<RecordedBasket>> all_of(std::string const& path, Catalogue const& catalogue = {}) {
  return read_baskets(path, catalogue, kEuro, 1'000'000);
}

std::string error_of(std::string const& text) {
  TempFile const file(text);
  auto const read = all_of(file.path);
  return read ? "" : read.error().what;
}

constexpr char const* kHeader = "basket_id,customer_id,timestamp,sku,quantity,unit_price\n";

}  // namespace

TEST_CASE("CSV cells may be quoted and hold commas and quotes") {
  CHECK(csv_row("a,\"b,\"\"c\"\"\",,d\r").value() == std::vector<std::string>{"a", "b,\"c\"", "", "d"});
  CHECK(csv_row("").value() == std::vector<std::string>{""});
  CHECK_FALSE(csv_row("a,\"b"));
  CHECK_FALSE(csv_row("\"a\"b,c"));
}

TEST_CASE("baskets come in the order of the file with names and prices") {
  TempFile const items("sku,name,category,price\nA1,\"Tea, green\",,2.50\nB2,Milk,,\n", "i.csv");
  TempFile const file(std::string(kHeader) + "7,C9,2026,A1,2,2.55\n7,C9,2026,B2,,\n8,,,A1,0.385,\n8,,,ZZ,-1,3\n");
  auto const baskets = all_of(file.path, read_catalogue(items.path, kEuro).value()).value();
  REQUIRE(baskets.size() == 2);
  CHECK(baskets[0].customer == "C9");
  REQUIRE(baskets[0].scans.size() == 2);
  CHECK(baskets[0].scans[0].name == "Tea, green");
  CHECK(baskets[0].scans[0].price_minor == 255);
  CHECK(baskets[0].scans[0].quantity.milli == 2000);
  CHECK_FALSE(baskets[0].scans[1].price_minor);
  REQUIRE(baskets[1].scans.size() == 1);  // the return is not scanned
  CHECK(baskets[1].scans[0].quantity.milli == 385);
  CHECK(baskets[1].scans[0].price_minor == 250);  // from the items
}

TEST_CASE("rows of several tills may stand interleaved, and only so many baskets are kept") {
  TempFile const file(std::string(kHeader) + "1,,,A,,\n2,,,B,,\n1,,,C,,\n3,,,D,,\n2,,,E,,\n");
  auto const baskets = read_baskets(file.path, {}, kEuro, 2).value();
  REQUIRE(baskets.size() == 2);
  CHECK(baskets[0].scans.size() == 2);
  CHECK(baskets[1].scans[1].sku == Sku("E"));
}

TEST_CASE("extra and missing columns, a byte order mark and empty lines are no matter") {
  TempFile const file("\xEF\xBB\xBFnote,sku,basket_id\nx,A,1\n\ny,B,1\n");
  auto const baskets = all_of(file.path).value();
  REQUIRE(baskets.size() == 1);
  CHECK(baskets[0].scans.size() == 2);
  CHECK(baskets[0].scans[1].name == "B");
}

TEST_CASE("a gzip file reads as the plain one, and a torn one is corrupt") {
  std::string text = kHeader;
  for (int n = 0; n < 5000; ++n) text += std::to_string(n) + ",,,SKU" + std::to_string(n * 7919 % 1000) + ",1,1.00\n";
  TempFile const file("", "t.csv.gz");
  auto* out = gzopen(file.path.c_str(), "wb");
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
  CHECK(all_of(file.path).value().size() == 5000);

  std::filesystem::resize_file(file.path, std::filesystem::file_size(file.path) / 2);
  auto const torn = all_of(file.path);
  REQUIRE_FALSE(torn);
  CHECK(torn.error().code == Code::corrupt);
}

TEST_CASE("a bad file is refused with file, line and field") {
  CHECK(all_of("/no/such/file.csv").error().code == Code::not_found);
  CHECK(error_of("").find("empty") != std::string::npos);
  CHECK(error_of("basket_id,quantity\n").find("\"sku\" is missing") != std::string::npos);
  CHECK(error_of(std::string(kHeader) + "1,,,A,1,1\n1,,,B,two,1\n").find(":3: quantity \"two\"") != std::string::npos);
  CHECK(error_of(std::string(kHeader) + "1,,,A,1,x\n").find(":2: unit_price \"x\"") != std::string::npos);
  CHECK(error_of(std::string(kHeader) + "1,,,,1,1\n").find(":2: sku") != std::string::npos);
  CHECK(error_of(std::string(kHeader) + "1,,,\"A,1,1\n").find(":2: a quote") != std::string::npos);
  CHECK(error_of(std::string(kHeader) + std::string(70'000, 'x') + "\n").find("64 KiB") != std::string::npos);
}

TEST_CASE("percentiles are those of the nearest rank") {
  Tally tally;
  CHECK(tally.latency_ms(0.5) == 0);
  for (int n = 100; n >= 1; --n) tally.latencies_ms.push_back(n);
  CHECK(tally.latency_ms(0.5) == 50);
  CHECK(tally.latency_ms(0.99) == 99);
  CHECK(tally.latency_ms(1.0) == 100);
}

TEST_CASE("the real takeaway's till tape reads whole") {
  auto const folder = shared_folder() / "data" / "baskets" / "takeaway1";
  if (skip_without(folder / "transactions.csv.gz", "takeaway tape")) return;
  auto const items = read_catalogue((folder / "items.csv.gz").string(), kEuro);
  REQUIRE(items);
  CHECK(items->size() == 248);
  auto const baskets = all_of((folder / "transactions.csv.gz").string(), *items);
  REQUIRE(baskets);
  CHECK(baskets->size() == 13'397);
}
