#include "tillcue/models/count_files.hpp"

#include <filesystem>
#include <numeric>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "made.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

std::string const kHeader = "basket_id,customer_id,timestamp,sku,quantity,unit_price\n";

bool tells(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

/// The counts file of the files as read at once.
std::string whole_counts(std::vector<std::string> const& files) {
  TransactionLimits limits;
  limits.basket_items = 10;
  TransactionReader reader(limits);
  for (auto const& file : files) REQUIRE(add_sales(reader, file, {}).has_value());
  auto const data = reader.finish().value();
  auto counts = count(data, 1);
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  counts.sources = sources_of(data, all);
  return encode(counts);
}

/// The same sales in another format.
std::string as_jsonl(std::string const& csv) {
  std::string text;
  std::size_t begin = csv.find('\n') + 1;
  for (auto end = csv.find('\n', begin); end != std::string::npos; begin = end + 1, end = csv.find('\n', begin)) {
    constexpr char const* kNames[] = {"basket_id", "customer_id", "timestamp", "sku", "quantity", "unit_price"};
    text += '{';
    for (std::size_t n = 0, at = begin; n < std::size(kNames); ++n) {
      auto const stop = std::min(csv.find(',', at), end);
      text += std::string(n > 0 ? "," : "") + '"' + kNames[n] + "\":\"" + csv.substr(at, stop - at) + '"';
      at = stop + 1;
    }
    text += "}\n";
  }
  return text;
}

/// Rows of many open baskets in turn, with prices, times, returns and an oversized basket.
std::string mixed_log(std::uint64_t seed, int rows) {
  std::string text = kHeader;
  for (int n = 0; n < rows; ++n) {
    seed = mix(seed);
    auto const basket = n / 40 * 8 + static_cast<int>(seed % 8);
    text += "b" + std::to_string(basket) + ",,2026-01-0" + std::to_string(1 + basket % 9) + ",s" +
            std::to_string(seed / 8 % 90) + "," + (n % 50 == 7 ? "-1" : "2") + "," + std::to_string(seed % 7) + ".50\n";
  }
  for (int n = 0; n < 12; ++n) text += "big,,,s" + std::to_string(n) + ",1,\n";
  return text;
}

struct Run {
  Result<CountedFiles> result;
  std::string bytes;
  BadRows bad;
};

Run run(made::Folder const& folder, std::vector<std::string> const& files, std::uint64_t memory, unsigned threads = 2) {
  CountFilesOptions options;
  options.limits.basket_items = 10;
  options.limits.threads = threads;
  options.limits.piece = 500;
  options.memory = memory;
  Run all{{}, {}, {}};
  all.result = count_files(files, folder.file("counts"), options, all.bad);
  if (all.result) all.bytes = made::get_file(folder.file("counts"));
  return all;
}

}  // namespace

TEST_CASE("a counts file written row by row is the one of the whole table, with any memory") {
  made::Folder folder;
  std::vector<std::string> const files = {folder.file("a.csv"), folder.file("b.csv")};
  made::put_file(files[0], mixed_log(1, 4000));
  made::put_file(files[1], mixed_log(2, 2500));
  auto const expected = whole_counts(files);
  CHECK(decode(expected)->sources.size() > 2);
  auto const roomy = run(folder, files, std::uint64_t{1} << 30U);
  REQUIRE(roomy.result.has_value());
  CHECK(roomy.result->shares == 1);
  CHECK(roomy.bytes == expected);
  for (std::uint64_t const memory : {200'000U, 60'000U, 15'000U}) {
    for (unsigned const threads : {1U, 3U}) {
      auto const tight = run(folder, files, memory, threads);
      REQUIRE_MESSAGE(tight.result.has_value(), tight.result.error().what);
      CHECK(tight.result->shares > 1);
      CHECK(tight.bytes == expected);
      CHECK(tight.result->pairs == roomy.result->pairs);
      CHECK(tight.bad.rows() == roomy.bad.rows());
      REQUIRE(!roomy.bad.notes().empty());
      CHECK(tight.bad.notes().back() == roomy.bad.notes().back());
    }
  }
  // Nothing is left behind.
  std::size_t left = 0;
  for (auto const& entry : std::filesystem::directory_iterator(folder.path())) left += entry.exists() ? 1 : 0;
  CHECK(left == 3);
}

TEST_CASE("other formats are counted within any memory to the bytes of CSV") {
  made::Folder folder;
  std::vector<std::string> const files = {folder.file("a.jsonl"), folder.file("b.csv")};
  made::put_file(folder.file("a.csv"), mixed_log(1, 4000));
  made::put_file(files[0], as_jsonl(mixed_log(1, 4000)));
  made::put_file(files[1], mixed_log(2, 2500));
  auto const expected = whole_counts({folder.file("a.csv"), files[1]});
  CHECK(run(folder, files, std::uint64_t{1} << 30U).bytes == expected);
  auto const tight = run(folder, files, 60'000);
  REQUIRE_MESSAGE(tight.result.has_value(), tight.result.error().what);
  CHECK(tight.result->shares > 1);
  CHECK(tight.bytes == expected);
}

TEST_CASE("the same sales twice are refused before anything is written, in one share or many") {
  made::Folder folder;
  std::vector<std::string> const files = {folder.file("a.csv"), folder.file("again.jsonl")};
  made::put_file(files[0], mixed_log(1, 4000));
  made::put_file(files[1], as_jsonl(mixed_log(1, 4000)));
  for (std::uint64_t const memory : {std::uint64_t{1} << 30U, std::uint64_t{60'000}}) {
    auto const refused = run(folder, files, memory);
    REQUIRE(!refused.result.has_value());
    CHECK(refused.result.error().code == Code::invalid);
    CHECK(tells(refused.result.error().what, "--allow-duplicates"));
    CHECK(tells(refused.result.error().what, "again.jsonl"));
    CHECK(!std::filesystem::exists(folder.file("counts")));
  }
}

TEST_CASE("bad rows are told once, however often the file is read") {
  made::Folder folder;
  made::put_file(folder.file("a.csv"), mixed_log(3, 3000) + "b1,,,,1,\n");
  CountFilesOptions options;
  options.memory = 20'000;
  BadRows bad;
  auto const counted = count_files({folder.file("a.csv")}, folder.file("counts"), options, bad);
  REQUIRE(counted.has_value());
  CHECK(counted->shares > 1);
  CHECK(bad.bad() == 1);
  CHECK(bad.rows() == 3013);
  CHECK(tells(bad.shown().at(0), "a.csv:3014: sku: is empty"));
}

TEST_CASE("memory that cannot hold one basket, and a pipe that cannot be read twice, say what to do") {
  made::Folder folder;
  made::put_file(folder.file("a.csv"), mixed_log(4, 400));
  auto const none = run(folder, {folder.file("a.csv")}, 10);
  REQUIRE(!none.result.has_value());
  CHECK(none.result.error().code == Code::invalid);
  CHECK(tells(none.result.error().what, "--memory"));
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  std::FILE* const writer = ::popen(("cat " + folder.file("a.csv") + " > " + folder.file("pipe")).c_str(), "r");
  auto const piped = run(folder, {folder.file("pipe")}, 2000);
  ::pclose(writer);
  REQUIRE(!piped.result.has_value());
  CHECK(tells(piped.result.error().what, "cannot be read twice"));
}

TEST_CASE("a folder for the rows that is not there is an error, and the old counts stay") {
  made::Folder folder;
  made::put_file(folder.file("a.csv"), mixed_log(5, 3000));
  made::put_file(folder.file("counts"), "old");
  CountFilesOptions options;
  options.memory = 20'000;
  options.temporary = folder.file("none");
  BadRows bad;
  auto const failed = count_files({folder.file("a.csv")}, folder.file("counts"), options, bad);
  REQUIRE(!failed.has_value());
  CHECK(failed.error().code == Code::io);
  CHECK(tells(failed.error().what, "--tmp"));
  CHECK(made::get_file(folder.file("counts")) == "old");
}

TEST_CASE("shares without any basket are no error; all of them without one are") {
  made::Folder folder;
  std::string text = kHeader;
  for (int n = 0; n < 9; ++n) text += "only,,,s" + std::to_string(n) + ",1,\n";
  made::put_file(folder.file("a.csv"), text);
  auto const one = run(folder, {folder.file("a.csv")}, 4000);
  REQUIRE_MESSAGE(one.result.has_value(), one.result.error().what);
  CHECK(one.result->baskets == 1);
  made::put_file(folder.file("b.csv"), kHeader + "1,,,a,-1,\n");
  auto const none = run(folder, {folder.file("b.csv")}, 4000);
  REQUIRE(!none.result.has_value());
  CHECK(tells(none.result.error().what, "not one basket (1 rows with a quantity"));
}
