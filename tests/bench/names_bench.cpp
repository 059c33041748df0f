// How many cut and abbreviated names of a real catalogue the matcher finds, and how long it takes.
//   names_bench items.csv[.gz] [transactions.csv.gz]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "table_file.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/pos/name_matcher.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using tillcue::pos::sim::TableFile;

namespace {

struct Item {
  std::string sku, name;
  std::optional<std::int64_t> price;
};

std::optional<std::int64_t> minor(std::string_view text) {
  auto const money = parse_money(text, Currency{{'G', 'B', 'P'}, 2});
  return money ? std::optional(money->minor) : std::nullopt;
}

std::vector<Item> read_items(std::string const& path) {
  auto table = TableFile::open(path, {"sku", "name", "price"});
  std::vector<Item> out;
  while (table && table->next().value_or(false)) {
    out.push_back({std::string(table->cell("sku")), std::string(table->cell("name")), minor(table->cell("price"))});
  }
  return out;
}

std::vector<NamedItem> named(std::vector<Item> const& items) {
  std::vector<NamedItem> out;
  for (auto const& item : items) out.push_back({item.sku, item.name, item.price});
  return out;
}

std::string cut(std::string const& name, std::size_t width) { return name.substr(0, width); }

/// As cash registers do it: vowels out of the longest words until it fits, then letters off their ends.
std::string abbreviated(std::string name, std::size_t width) {
  while (name.size() > width) {
    std::size_t best = 0, length = 0;
    for (std::size_t at = 0; at < name.size();) {
      auto const end = std::min(name.find(' ', at), name.size());
      if (end - at > length) best = at, length = end - at;
      at = end + 1;
    }
    if (length < 3) return name.substr(0, width);
    auto const vowel = name.find_first_of("AEIOUaeiou", best + 1);
    name.erase(vowel < best + length ? vowel : best + length - 1, 1);
  }
  return name;
}

struct Score {
  double right = 0, wrong = 0, decidable = 0, right_of_decidable = 0;
};

/// `decidable`: no other item has the same text (and price), so that there is something to find.
Score measure(std::vector<Item> const& items, std::string (*shorten)(std::string, std::size_t), std::size_t width,
              bool priced) {
  auto const key = [&](Item const& item) {
    return shorten(item.name, width) + (priced && item.price ? "|" + std::to_string(*item.price) : "");
  };
  std::map<std::string, int> twins;
  for (auto const& item : items) ++twins[key(item)];
  NameMatcher const matcher(named(items));
  Score out;
  for (auto const& item : items) {
    auto const text = shorten(item.name, width);
    auto const match = matcher.find({text, priced ? item.price : std::nullopt, width});
    bool const alone = twins[key(item)] == 1;
    bool const right = match.sku.value == item.sku;
    out.decidable += alone;
    out.right += right;
    out.right_of_decidable += right && alone;
    out.wrong += !match.sku.empty() && !right;
  }
  auto const share = 100.0 / static_cast<double>(items.size());
  return {out.right * share, out.wrong * share, out.decidable * share, 100 * out.right_of_decidable / out.decidable};
}

/// Every tenth item is left out of the catalogue and then asked for: whatever is said is wrong.
double invented(std::vector<Item> const& items, std::size_t width, bool priced) {
  std::vector<Item> known, foreign;
  for (std::size_t n = 0; n < items.size(); ++n) (n % 10 == 3 ? foreign : known).push_back(items[n]);
  NameMatcher const matcher(named(known));
  double said = 0;
  for (auto const& item : foreign) {
    said += !matcher.find({cut(item.name, width), priced ? item.price : std::nullopt, width}).sku.empty();
  }
  return 100 * said / static_cast<double>(foreign.size());
}

void table(std::vector<Item> const& items, char const* title, std::string (*shorten)(std::string, std::size_t)) {
  std::printf(
      "\n%s: %% of %zu items\n| characters | price | right | wrong | unknown | can be told apart | right of those |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n",
      title, items.size());
  for (std::size_t const width : {12U, 13U, 14U, 15U, 16U, 17U, 18U, 19U, 20U, 40U}) {
    for (bool const priced : {true, false}) {
      auto const s = measure(items, shorten, width, priced);
      std::printf("| %zu | %s | %.1f | %.2f | %.1f | %.1f | %.1f |\n", width, priced ? "yes" : "no", s.right, s.wrong,
                  100 - s.right - s.wrong, s.decidable, s.right_of_decidable);
    }
  }
}

/// Real sale lines at the price they were sold at, which every third time is not the catalogue's. What the matcher
/// takes for evidence was chosen on the first part; the second shows what it is worth.
void sales(std::vector<Item> const& items, std::string const& path) {
  constexpr std::string_view kParted = "2011-07";
  struct Part {
    double right = 0, wrong = 0, all = 0;
  };
  std::map<std::string, Item const*> by_sku;
  for (auto const& item : items) by_sku[item.sku] = &item;
  NameMatcher const matcher(named(items));
  std::printf(
      "\nsale lines at the prices paid, before %s and from then on\n| characters | right | wrong | right then | wrong "
      "then "
      "|\n| --- | --- | --- | --- | --- |\n",
      kParted.data());
  for (std::size_t const width : {12U, 13U, 14U, 15U, 16U, 17U, 18U, 19U, 20U, 40U}) {
    auto rows = TableFile::open(path, {"timestamp", "sku", "unit_price"});
    Part parts[2];
    while (rows && rows->next().value_or(false)) {
      auto const found = by_sku.find(std::string(rows->cell("sku")));
      if (found == by_sku.end()) continue;
      auto const match = matcher.find({cut(found->second->name, width), minor(rows->cell("unit_price")), width});
      auto& part = parts[rows->cell("timestamp") < kParted ? 0 : 1];
      ++part.all;
      part.right += match.sku.value == found->first;
      part.wrong += !match.sku.empty() && match.sku.value != found->first;
    }
    std::printf("| %zu |", width);
    for (auto const& part : parts)
      std::printf(" %.2f | %.2f |", 100 * part.right / part.all, 100 * part.wrong / part.all);
    std::printf("\n");
  }
}

/// The catalogue many times over, each copy with a word and a price of its own.
void speed(std::vector<Item> const& items, std::size_t wanted) {
  std::vector<Item> many;
  for (std::size_t n = 0; many.size() < wanted; ++n) {
    auto item = items[n % items.size()];
    auto const copy = n / items.size();
    if (copy > 0) {
      item.sku += "-" + std::to_string(copy);
      item.name += " NO " + std::to_string(copy);
      if (item.price) *item.price += static_cast<std::int64_t>(copy % 7);
    }
    many.push_back(std::move(item));
  }
  using Clock = std::chrono::steady_clock;
  auto const started = Clock::now();
  NameMatcher const matcher(named(many));
  auto const built = std::chrono::duration<double, std::milli>(Clock::now() - started).count();
  std::vector<double> took;
  for (std::size_t n = 0; n < 60'000; ++n) {
    auto const& item = many[n * 7919 % many.size()];
    auto const text = n % 3 == 0 ? abbreviated(item.name, 15) : cut(item.name, n % 3 == 1 ? 15 : 20);
    HeardName const heard{text, n % 2 == 0 ? item.price : std::nullopt, n % 3 == 2 ? 20U : 15U};
    auto const at = Clock::now();
    (void)matcher.find(heard);
    took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - at).count());
  }
  std::sort(took.begin(), took.end());
  std::printf("\n%zu items: built in %.0f ms, %.1f MB; a look-up p50 %.1f us, p99 %.1f us, longest %.0f us\n",
              many.size(), built, static_cast<double>(matcher.memory()) / 1e6, took[took.size() / 2],
              took[took.size() * 99 / 100], took.back());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "names_bench items.csv[.gz] [transactions.csv.gz]\n"), 2;
  auto const items = read_items(argv[1]);
  if (items.empty()) return std::fprintf(stderr, "%s: no items\n", argv[1]), 3;
  table(items, "cut", [](std::string name, std::size_t width) { return cut(name, width); });
  table(items, "words shortened", abbreviated);
  std::printf("\nnot in the catalogue, taken for something all the same (%%): ");
  for (std::size_t const width : {15U, 20U, 40U}) {
    std::printf(" %zu: %.1f with price, %.1f without;", width, invented(items, width, true),
                invented(items, width, false));
  }
  std::printf("\n");
  if (argc > 2) sales(items, argv[2]);
  speed(items, items.size());
  speed(items, 100'000);
  return 0;
}
