// Writes a transactions.csv of any size, the same bytes for the same arguments on every machine: what the counting
// bench reads. Zipf popularity over the whole catalogue, and clusters of items that are bought together.
//
//   log_maker BASKETS ITEMS SEED [LANES] > transactions.csv
//
// With LANES > 1 that many baskets are open at a time and their rows alternate, as when tills log into one file.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

/// Source  SplitMix64 (Steele, Lea, Flood 2014).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t roll() {
    std::uint64_t value = state_ += 0x9E37'79B9'7F4A'7C15ULL;
    value = (value ^ (value >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D0'49BB'1331'11EBULL;
    return value ^ (value >> 31U);
  }
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>((roll() >> 32U) * limit >> 32U); }

 private:
  std::uint64_t state_;
};

/// Ranks 0..count-1 with probability ~ 1 / (rank + offset), by a table of quantiles.
class Zipf {
 public:
  Zipf(std::uint32_t count, double offset, std::size_t places) : place_(places) {
    double total = 0;
    for (std::uint32_t rank = 0; rank < count; ++rank) total += 1 / (rank + offset);
    double reached = 0;
    std::size_t at = 0;
    for (std::uint32_t rank = 0; rank < count; ++rank) {
      reached += 1 / (rank + offset);
      auto const end = static_cast<std::size_t>(reached / total * static_cast<double>(places));
      for (; at < std::min(end, places); ++at) place_[at] = rank;
    }
    for (; at < places; ++at) place_[at] = count - 1;
  }
  std::uint32_t draw(Dice& dice) const { return place_[dice.below(static_cast<std::uint32_t>(place_.size()))]; }

 private:
  std::vector<std::uint32_t> place_;
};

constexpr std::uint32_t kClusterItems = 100;

struct Shop {
  std::uint32_t items;
  std::vector<std::uint32_t> shelf;  ///< place -> popularity rank: a cluster is a run of places
  std::vector<std::uint32_t> place;  ///< and back
  Zipf everything;
  Zipf within{kClusterItems, 8, 1U << 16U};

  Shop(std::uint32_t count, Dice& dice) : items(count), shelf(count), place(count), everything(count, 15, 1U << 22U) {
    for (std::uint32_t n = 0; n < count; ++n) shelf[n] = n;
    for (std::uint32_t n = count; n > 1; --n) std::swap(shelf[n - 1], shelf[dice.below(n)]);
    for (std::uint32_t n = 0; n < count; ++n) place[shelf[n]] = n;
  }
  /// An item out of the cluster of `item`.
  std::uint32_t companion(std::uint32_t item, Dice& dice) const {
    auto const first = place[item] / kClusterItems * kClusterItems;
    return shelf[std::min(first + within.draw(dice), items - 1)];
  }
};

struct Sale {
  std::vector<std::uint32_t> ranks;
  std::uint32_t customer = 0;
  std::size_t printed = 0;
};

Sale make_sale(Shop const& shop, Dice& dice) {
  Sale sale;
  // Many small baskets and a tail of large ones: 1 + two geometric draws.
  std::size_t size = 1;
  for (int draw = 0; draw < 2; ++draw) {
    while (dice.below(100) >= 17 && size < 60) ++size;
  }
  for (std::size_t n = 0; n < size; ++n) {
    bool const tied = n > 0 && dice.below(100) < 40;
    auto const rank =
        tied ? shop.companion(sale.ranks[dice.below(static_cast<std::uint32_t>(n))], dice) : shop.everything.draw(dice);
    sale.ranks.push_back(rank);
  }
  sale.customer = dice.below(100) < 30 ? 1 + dice.below(200'000) : 0;
  return sale;
}

/// The sale's next row. Prices are the item's own, a tenth less on every tenth row.
void print_row(Sale& sale, std::uint64_t number, Dice& dice) {
  auto const rank = sale.ranks[sale.printed++];
  unsigned const sku = 100'000 + rank * 17U;
  unsigned cents = 49 + (rank * 2'654'435'761U >> 20U);
  if (dice.below(10) == 0) cents = cents * 9 / 10;
  auto const second = static_cast<unsigned>(number * 5 % 86'400);
  auto const day = static_cast<unsigned>(number * 5 / 86'400);
  char customer[16] = "";
  if (sale.customer > 0) std::snprintf(customer, sizeof customer, "%u", sale.customer);
  std::printf("%llu,%s,2026-%02u-%02uT%02u:%02u:%02u,%u,%u,%u.%02u\n", static_cast<unsigned long long>(number),
              customer, 1 + day / 28 % 12, 1 + day % 28, second / 3600, second / 60 % 60, second % 60, sku,
              dice.below(12) == 0 ? 2U : 1U, cents / 100, cents % 100);
}

void write_log(std::uint64_t baskets, std::uint32_t items, std::uint64_t seed, std::size_t lanes) {
  Dice dice(seed);
  Shop const shop(items, dice);
  std::printf("basket_id,customer_id,timestamp,sku,quantity,unit_price\n");
  std::vector<Sale> open(lanes);
  std::vector<std::uint64_t> number(lanes, 0);
  std::uint64_t begun = 0;
  for (std::size_t busy = lanes; busy > 0;) {
    busy = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      if (open[lane].printed == open[lane].ranks.size()) {
        if (begun == baskets) continue;
        open[lane] = make_sale(shop, dice);
        number[lane] = 1'000'000 + begun++;
      }
      print_row(open[lane], number[lane], dice);
      ++busy;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fputs("log_maker BASKETS ITEMS SEED [LANES] > transactions.csv\n", stderr);
    return 2;
  }
  auto const number = [&](int n) { return std::strtoull(arguments[n], nullptr, 10); };
  if (number(1) == 0 || number(2) < kClusterItems || number(2) > 1'000'000) {
    std::fputs("log_maker: at least one basket, 100 to 1,000,000 items\n", stderr);
    return 2;
  }
  write_log(number(1), static_cast<std::uint32_t>(number(2)), number(3), count > 4 ? std::max(1ULL, number(4)) : 1);
  return std::ferror(stdout) != 0 ? 1 : 0;
}
