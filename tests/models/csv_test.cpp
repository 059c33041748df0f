#include "tillcue/models/csv.hpp"

#include <cstring>
#include <filesystem>

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "made.hpp"
#include "tillcue/models/table.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

using Rows = std::vector<std::vector<std::string>>;

/// All rows; a bad one as {"!", line, complaint}.
Rows rows_of(std::string const& text, std::size_t step = 0, CsvLimits limits = {}) {
  auto const source = from_memory(text, step);
  CsvReader reader(*source, limits);
  Rows rows;
  for (;;) {
    auto const next = reader.next();
    REQUIRE(next.has_value());
    if (*next == CsvReader::Next::end) return rows;
    if (*next == CsvReader::Next::bad_row) {
      rows.push_back({"!", std::to_string(reader.line()), reader.complaint()});
    } else {
      rows.emplace_back(reader.fields().begin(), reader.fields().end());
    }
  }
}

constexpr Column kTwo[] = {{"a", true}, {"b"}};

Result<Table> table(std::string const& text) { return Table::open(from_memory(text), "f.csv", kTwo); }

}  // namespace

TEST_CASE(
    "rows of the common kind are taken without a look behind the text, also a short one that begins as the last") {
  std::string const lead = "basket1,2026-01-01,";
  std::string text = lead + "4006381333931abc,1,2.00\n" + lead + "x\n";
  REQUIRE(text.size() == 64);  // as far as line ends are sought
  text += "sixteen bytes on";
  // Behind it lies a page that nobody may read.
  auto const page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  auto* const pages = ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(pages != MAP_FAILED);
  auto* const behind = static_cast<char*>(pages) + page;
  REQUIRE(::mprotect(behind, page, PROT_NONE) == 0);
  auto* const begin = behind - text.size();
  std::memcpy(begin, text.data(), text.size());
  CsvReader reader(std::string_view(begin, text.size()));
  std::vector<QuickRow> rows(4);
  CHECK(reader.quick_rows(rows, text.size(), 5, 2) == 1);
  CHECK(rows[0].field(2) == "4006381333931abc");
  CHECK(rows[0].field(4) == "2.00");
  CHECK(reader.position() == 43);
  ::munmap(pages, 2 * page);
}

TEST_CASE("plain rows, empty fields, CRLF, a missing last line end and blank lines are read") {
  CHECK(rows_of("a,b,c\r\n1,,3\n\n\r\nx,y,") == Rows{{"a", "b", "c"}, {"1", "", "3"}, {"x", "y", ""}});
  CHECK(rows_of("").empty());
  CHECK(rows_of("\n\n").empty());
  CHECK(rows_of(",") == Rows{{"", ""}});
}

TEST_CASE("quoted fields hold commas, doubled quotes and line ends") {
  CHECK(rows_of("\"a,b\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"\"\n") ==
        Rows{{"a,b", "say \"hi\""}, {"two\nlines", ""}});
  CHECK(rows_of("\"a\"\r\n\"b\"") == Rows{{"a"}, {"b"}});
  CHECK(rows_of("\"a\r\",b\r\n") == Rows{{"a\r", "b"}});
  CHECK(rows_of("\"a\r\"\n") == Rows{{"a\r"}});
}

TEST_CASE("a quote inside an unquoted field is an ordinary character") {
  CHECK(rows_of("pipe 5\",b\nnext,c\n") == Rows{{"pipe 5\"", "b"}, {"next", "c"}});
}

TEST_CASE("a byte order mark is skipped however the bytes arrive") {
  std::string const text = "\xEF\xBB\xBFsku,name\n1,\"x\ny\"\n2,z\n";
  auto const expected = Rows{{"sku", "name"}, {"1", "x\ny"}, {"2", "z"}};
  for (std::size_t step = 0; step < 8; ++step) CHECK(rows_of(text, step) == expected);
  // What is behind it is text, whatever it looks like.
  for (std::size_t step = 0; step < 8; ++step)
    CHECK(rows_of("\xEF\xBB\xBF\xFF\xFE,a\n", step) == Rows{{"\xFF\xFE", "a"}});
}

TEST_CASE("text after a closing quote spoils its row alone") {
  auto const rows = rows_of("a,b\n\"x\"y,1\nc,d\n");
  REQUIRE(rows.size() == 3);
  CHECK(rows[1] == std::vector<std::string>{
                       "!", "2", "field 1: text after the closing quote; write a quote inside a field twice"});
  CHECK(rows[2] == std::vector<std::string>{"c", "d"});
}

TEST_CASE("a quote that never ends spoils its line alone") {
  auto const rows = rows_of("a,b\n\"x,1\nc,d\n");
  REQUIRE(rows.size() == 3);
  CHECK(rows[1][0] == "!");
  CHECK(rows[1][1] == "2");
  CHECK(rows[1][2].find("never ends") != std::string::npos);
  CHECK(rows[2] == std::vector<std::string>{"c", "d"});
}

TEST_CASE("fields and rows beyond the limits spoil their row alone, and the line count goes on") {
  CsvLimits const limits{8, 32};
  auto const rows = rows_of("a\n123456789\n\"123456789\"\n1234567,1234567,1234567,1234567,1234567\nb\n", 3, limits);
  REQUIRE(rows.size() == 5);
  CHECK(rows[1][2].find("longer than 8 bytes") != std::string::npos);
  CHECK(rows[2][2].find("longer than 8 bytes") != std::string::npos);
  CHECK(rows[3][1] == "4");
  CHECK(rows[3][2].find("longer than 32 bytes") != std::string::npos);
  CHECK(rows[4] == std::vector<std::string>{"b"});
  auto const endless = rows_of("a\n" + std::string(1000, 'x'), 7, limits);
  REQUIRE(endless.size() == 2);
  CHECK(endless[1][2].find("longer than 32 bytes") != std::string::npos);
}

TEST_CASE("line numbers count the lines inside quoted fields") {
  auto const source = from_memory("a\n\"x\ny\nz\"\nb\n");
  CsvReader reader(*source);
  for (auto const line : {1U, 2U, 5U}) {
    REQUIRE(reader.next().has_value());
    CHECK(reader.line() == line);
  }
}

TEST_CASE("UTF-16 is refused with the mend") {
  auto const source = from_memory(std::string("\xFF\xFE", 2) + std::string("a\0", 2));
  CsvReader reader(*source);
  auto const next = reader.next();
  REQUIRE(!next.has_value());
  CHECK(next.error().code == Code::unsupported);
  CHECK(next.error().what.find("save it as UTF-8") != std::string::npos);
}

TEST_CASE("columns are found in any order, extra ones ignored, absent optional ones empty") {
  auto swapped = table("x, B ,A\n1,2,3\n");
  REQUIRE(swapped.has_value());
  BadRows bad;
  REQUIRE(swapped->next(bad).value());
  CHECK(swapped->field(0) == "3");
  CHECK(swapped->field(1) == "2");
  CHECK(!swapped->next(bad).value());
  auto lone = table("a\n7\n");
  REQUIRE(lone->next(bad).value());
  CHECK(lone->field(1).empty());
}

TEST_CASE("an empty file, a missing column, a doubled column and a semicolon file are named") {
  CHECK(table("").error().what == "f.csv: is empty; a header line is needed: a,b");
  CHECK(table("b,c\n1,2\n").error().what.find("column 'a' is missing") != std::string::npos);
  CHECK(table("a,a\n1,2\n").error().what.find("column 'a' is there twice") != std::string::npos);
  CHECK(table("a;b\n1;2\n").error().what.find("';'") != std::string::npos);
  CHECK(table("a\tb\n1\t2\n").error().what.find("the file seems to use tabs, save it with commas") !=
        std::string::npos);
  CHECK(table("\"a\n").error().what.find("f.csv:1: header") == 0);
}

TEST_CASE("a file that is no text is told by its first bytes, whatever it is called") {
  made::Folder folder;
  auto const told = [&](std::string const& name, std::string const& bytes) {
    auto const path = folder.file(name);
    made::put_file(path, bytes);
    auto const opened = open_file(path);
    if (opened) return std::string();
    CHECK(opened.error().code == Code::invalid);
    return opened.error().what.substr(path.size());
  };
  CHECK(told("t.csv", "\x1F\x8B\x08") == ": is gzip-compressed; name it with .gz at the end");
  CHECK(told("t.xml", "\x1F\x8B\x08") == ": is gzip-compressed; name it with .gz at the end");
  CHECK(told("t.xlsx", "PK\x03\x04....") == ": is a zip archive or a spreadsheet (.xlsx, .ods); save it as CSV");
  CHECK(told("t.xls", "\xD0\xCF\x11\xE0....") == ": is an old spreadsheet (.xls); save it as CSV");
  CHECK(told("t.csv", std::string("\xFF\xFE"
                                  "b\0",
                                  4)) == ": is UTF-16; save it as UTF-8");
  CHECK(told("t.csv", "P") == "");
  CHECK(told("t.csv", "basket_id,sku\n") == "");
}

TEST_CASE("a row with another number of fields is bad and named by line") {
  auto t = table("a,b\n1\n1,2,3\n4,5\n");
  BadRows bad;
  REQUIRE(t->next(bad).value());
  CHECK(t->field(0) == "4");
  CHECK(bad.bad() == 2);
  CHECK(bad.rows() == 3);
  CHECK(bad.shown()[0] == "f.csv:2: row: has 1 field, the header has 2; put a text with commas in quotes");
}

TEST_CASE("gzip members one after the other are one file; what follows a member and is none is damage") {
  made::Folder folder;
  auto const packed = [&](std::string const& text) {
    auto const path = folder.file("member.gz");
    gzFile const out = gzopen(path.c_str(), "wb");
    REQUIRE(out != nullptr);
    REQUIRE(gzwrite(out, text.data(), static_cast<unsigned>(text.size())) == static_cast<int>(text.size()));
    gzclose(out);
    return made::get_file(path);
  };
  auto const unpacked = [&](std::string const& bytes) -> Result<std::string> {
    made::put_file(folder.file("f.gz"), bytes);
    auto const source = open_file(folder.file("f.gz"));
    if (!source) return tl::unexpected(source.error());
    std::string text;
    char piece[1000];
    for (;;) {
      auto const got = (*source)->read(piece);
      if (!got) return tl::unexpected(got.error());
      if (*got == 0) return text;
      text.append(piece, *got);
    }
  };
  auto const refused = [&](std::string const& bytes, std::string const& part) {
    auto const got = unpacked(bytes);
    if (got || got.error().code != Code::corrupt) return false;
    return got.error().what.starts_with(folder.file("f.gz")) && got.error().what.find(part) != std::string::npos;
  };
  std::string long_text;
  for (int n = 0; n < 100'000; ++n) long_text += std::to_string(mix(static_cast<std::uint64_t>(n)));
  auto const one = packed("one\n");
  auto const large = packed(long_text);
  auto const none = packed("");
  CHECK(unpacked(one).value() == "one\n");
  CHECK(unpacked(one + large + none + one).value() == "one\n" + long_text + "one\n");
  CHECK(refused(one + "rubbish", "damaged or cut short gzip"));
  CHECK(refused(large + std::string(10, '\0'), "damaged or cut short gzip"));
  CHECK(refused(one + large.substr(0, large.size() - 1), "damaged or cut short gzip"));
  CHECK(refused(one + one.substr(0, 1), "damaged or cut short gzip"));
  auto flipped = one + one;
  flipped[one.size()] ^= 1;  // the second member's magic number
  CHECK(refused(flipped, "damaged or cut short gzip"));
  flipped = one + one;
  flipped[flipped.size() - 8] ^= 1;  // its check sum
  CHECK(refused(flipped, "damaged or cut short gzip"));
  CHECK(refused("", "is empty"));
  CHECK(refused("plain", "is not gzip"));
  std::filesystem::create_directory(folder.file("folder.gz"));
  CHECK(Table::open(folder.file("folder.gz"), kTwo).error().code == Code::invalid);
}

TEST_CASE("files: missing, a folder, a fake .gz and a cut .gz each say what is wrong") {
  made::Folder folder;
  CHECK(open_file(folder.file("none.csv")).error().code == Code::not_found);
  auto const no_file = Table::open(folder.path(), kTwo).error();
  CHECK(no_file.code == Code::invalid);
  CHECK(no_file.what == folder.path() + ": is a folder; name the files in it");
  made::put_file(folder.file("fake.csv.gz"), "a,b\n1,2\n");
  auto const fake = Table::open(folder.file("fake.csv.gz"), kTwo);
  REQUIRE(!fake.has_value());
  CHECK(fake.error().code == Code::corrupt);
  CHECK(fake.error().what.find("is not gzip") != std::string::npos);

  std::string text = "a,b\n";
  for (int n = 0; n < 20'000; ++n) text += std::to_string(mix(static_cast<std::uint64_t>(n))) + ",x\n";
  auto const path = folder.file("whole.csv.gz");
  gzFile const out = gzopen(path.c_str(), "wb");
  REQUIRE(out != nullptr);
  REQUIRE(gzwrite(out, text.data(), static_cast<unsigned>(text.size())) == static_cast<int>(text.size()));
  gzclose(out);
  auto const count_rows = [&](std::string const& file) -> Result<std::size_t> {
    auto t = Table::open(file, kTwo);
    if (!t) return tl::unexpected(t.error());
    BadRows bad;
    for (std::size_t rows = 0;; ++rows) {
      auto const more = t->next(bad);
      if (!more) return tl::unexpected(more.error());
      if (!*more) return rows;
    }
  };
  CHECK(count_rows(path).value() == 20'000);
  auto const packed = made::get_file(path);
  made::put_file(folder.file("cut.csv.gz"), packed.substr(0, packed.size() / 2));
  auto const cut = count_rows(folder.file("cut.csv.gz"));
  REQUIRE(!cut.has_value());
  CHECK(cut.error().code == Code::corrupt);
  CHECK(cut.error().what.find("cut short") != std::string::npos);
}
