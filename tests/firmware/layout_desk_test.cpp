#include "layout_desk.hpp"

#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include "pos-adapter/printed_forms.hpp"
#include "proxy/slip_collector.hpp"
#include "small_store.hpp"
#include "support/mosquitto.hpp"

namespace tillcue::terminal {
namespace {

using tillcue::test::TempDir;

/// A word for the total that no list has.
pos::FormSales sales(std::size_t count, unsigned seed, std::string const& total = "YHTEENSA") {
  auto const form = [&](auto const& lines, auto sum, auto&) {
    pos::SlipLines out{"KIOSKI"};
    for (auto const& line : lines) out.push_back(pos::left(line.name, 20) + pos::right(pos::money(line.total()), 8));
    out.push_back(pos::left(total, 20) + pos::right(pos::money(sum), 8));
    return out;
  };
  return pos::print_sales(form, count, seed);
}

struct Till {
  TempDir folder;
  std::filesystem::path file = folder / "layout.json";
  Log log{"error"};
  LayoutDesk desk{file, 2, pos::find_profile("generic-80").value(), log};
  pos::ReceiptLayout layout{};

  void print(pos::FormSales const& sold) {
    for (auto const& slip : sold.slips) desk.hear(slip, {}, pos::read_receipt(slip, layout));
  }
  /// True when the search that runs ended with a layout.
  bool wait(std::size_t searches) {
    REQUIRE(desk.searches() == searches);
    while (desk.searching()) {
      if (auto found = desk.learned()) {
        layout = std::move(*found);
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
};

TEST_CASE("receipts that are not understood are learned from, and the layout outlasts a restart") {
  Till till;
  CHECK_FALSE(till.desk.kept());
  till.print(sales(LayoutDesk::kFirstTry - 1, 1));
  CHECK(till.desk.searches() == 0);
  till.print(sales(1, 2));
  REQUIRE(till.wait(1));
  CHECK(till.desk.has_layout());
  for (auto const& slip : sales(20, 3).slips) CHECK(pos::read_receipt(slip, till.layout).balanced);

  LayoutDesk again(till.file, 2, pos::find_profile("generic-80").value(), till.log);
  auto const kept = again.kept();
  REQUIRE(kept);
  CHECK(pos::layout_json(*kept) == pos::layout_json(till.layout));
  CHECK(kept->digits == 2);
  // What is understood is not learned from again.
  till.print(sales(60, 4));
  CHECK(till.desk.searches() == 1);
}

TEST_CASE("a till that begins to print otherwise is learned anew") {
  Till till;
  till.print(sales(LayoutDesk::kFirstTry, 1));
  REQUIRE(till.wait(1));
  till.print(sales(LayoutDesk::kKept, 5, "SUMMARUM"));
  REQUIRE(till.wait(2));
  CHECK(pos::read_receipt(sales(1, 9, "SUMMARUM").slips.front(), till.layout).balanced);
}

TEST_CASE("nothing is searched while receipts are understood, of reports, or of slips without end") {
  Till till;
  till.print(sales(LayoutDesk::kKept, 1, "TOTAL"));
  pos::Receipt report;
  report.kind = pos::SlipKind::report;
  for (int n = 0; n < 100; ++n) till.desk.hear({"Z REPORT", "TOTAL 12.00"}, {}, report);
  for (int n = 0; n < 100; ++n) till.desk.hear(std::vector<std::string>(LayoutDesk::kMostLines + 1, "x 1.00"), {}, {});
  CHECK(till.desk.searches() == 0);
  CHECK_FALSE(till.desk.has_layout());
}

TEST_CASE("a search that is not sure changes nothing and the next one waits longer; an end in its midst is no wait") {
  Till till;
  auto noise = sales(LayoutDesk::kFirstTry, 1);
  for (std::size_t n = 0; n < noise.slips.size(); ++n) {
    noise.slips[n] = {"A " + pos::money(static_cast<std::int64_t>(101 + n * 37)), "B 2.00",
                      "C 9.9" + std::to_string(n % 10)};
  }
  till.print(noise);
  CHECK_FALSE(till.wait(1));
  CHECK_FALSE(std::filesystem::exists(till.file));
  till.print(noise);
  CHECK(till.desk.searches() == 1);
  till.print(noise);  // a search begins and the desk ends
}

TEST_CASE(
    "a POS that prints in cp866 and says so nowhere is read by it from the second dozen of receipts on, and after a "
    "restart") {
  auto const profile = pos::find_profile("epson-tm-t88").value();
  std::vector<std::string> const names = {"Молоко",     "Хлеб ржаной",      "Масло сливочное", "Сыр российский",
                                          "Чай чёрный", "Кофе растворимый", "Сахар",           "Яйцо куриное"};
  auto source = small_store();
  for (std::size_t n = 0; n < names.size(); ++n) source.items[n].name = names[n];
  auto const bundle = open_bundle(source);
  TempDir folder;
  Log log{"error"};
  LayoutDesk desk(folder / "layout.json", 2, profile, log);
  pos::SlipCollector paper(profile, {});
  std::string last;
  auto const print = [&](std::size_t n) {
    std::string text = "\x1B@";
    for (char32_t const c : pos::from_utf8(names[n % names.size()])) {
      text += c < 0x80 ? static_cast<char>(c) : static_cast<char>(pos::encode(pos::CodeTable::cp866, c).value());
    }
    text += "    1.29\nTOTAL    1.29\n\x1DVB" + std::string(1, '\0');
    paper.feed(std::as_bytes(std::span(text)),
               {[&](pos::Receipt const& receipt) { last = receipt.items.empty() ? "" : receipt.items[0].name; },
                {},
                [&](auto const& lines, auto bytes, auto const& receipt) { desk.hear(lines, bytes, receipt); }});
  };
  for (std::size_t n = 0; n < LayoutDesk::kFirstTry; ++n) print(n);
  CHECK(last != names[3]);
  REQUIRE(desk.wants_names());
  desk.fit(nullptr);  // no bundle yet: the words wait
  REQUIRE(desk.wants_names());
  desk.fit(bundle);
  std::optional<pos::ReceiptLayout> learned;
  while (desk.searching() && !learned) {
    learned = desk.learned();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  REQUIRE(learned);
  CHECK(learned->code_table == pos::CodeTable::cp866);
  CHECK_FALSE(desk.has_layout());
  paper.use(*learned);
  print(3);
  CHECK(last == names[3]);
  // What is read well is tried once in a while, and stays.
  for (std::size_t n = 0; n < 2 * LayoutDesk::kFirstTry && !desk.wants_names(); ++n) print(n);
  desk.fit(bundle);
  while (desk.searching()) CHECK_FALSE(desk.learned());

  LayoutDesk again(folder / "layout.json", 2, profile, log);
  auto const kept = again.kept();
  REQUIRE(kept);
  CHECK(kept->code_table == pos::CodeTable::cp866);
}

TEST_CASE("a layout file that is damaged is told and learned anew") {
  Till till;
  std::ofstream(till.file) << "{\"total_words\": 7}";
  CHECK_FALSE(till.desk.kept());
  CHECK_FALSE(till.desk.has_layout());
  std::filesystem::remove(till.file);
  std::filesystem::create_directory(till.file);
  CHECK_FALSE(till.desk.kept());
}

}  // namespace
}  // namespace tillcue::terminal
