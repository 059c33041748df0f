#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/models/dataset.hpp"

namespace tillcue::models::sample {

/// A stream of random numbers that is the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(mix(seed)) {}
  std::uint64_t next() noexcept { return mix(state_++); }
  /// 0 <= x < 1
  double share() noexcept { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  bool chance(double probability) noexcept { return share() < probability; }
  std::size_t below(std::size_t count) noexcept { return next() % count; }
  /// A position, in proportion to the weights.
  std::size_t pick(std::vector<double> const& weights);

 private:
  std::uint64_t state_;
};

struct Words {
  std::string en, ru;
};

enum class Season : std::uint8_t { none, summer, winter };

/// One kind of product: "Milk 3.2 %", in several brands and sizes.
struct Line {
  std::string id;
  Words category, name;
  bool weighed = false;  ///< sold by the kilogram
  Season season = Season::none;
  std::string flags;            ///< as in items.csv
  std::size_t most_pieces = 1;  ///< bought at once
  std::vector<std::uint32_t> products;
};

struct Product {
  std::string sku, gtin, flags;
  Words name, brand, size, category;
  std::uint32_t line = 0;
  std::int64_t price_minor = 0;
  std::int64_t cost_minor = 0;
  double appeal = 1;  ///< how much it is liked within its line
};

struct Assortment {
  std::vector<Line> lines;
  std::vector<Product> products;
  /// Position of a line; aborts on a name that is none, which would be a slip in our own tables.
  [[nodiscard]] std::uint32_t line(std::string_view id) const;
};
/// The made-up shelves; the same every time.
Assortment make_assortment();

/// What goes with a line, and how often.
struct Companion {
  std::uint32_t line, with;
  double chance;
};
/// Why somebody comes: what is bought then, and when.
struct Mission {
  std::string name;
  double weight;
  int hour, spread;  ///< most common hour, and how far from it
  double weekend;    ///< factor on Friday to Sunday
  std::vector<std::pair<std::uint32_t, double>> wants;
};
std::vector<Companion> make_companions(Assortment const& assortment);
std::vector<Mission> make_missions(Assortment const& assortment);

struct Customer {
  std::string card;                                      ///< empty: pays without
  double pace;                                           ///< how often compared with others
  std::vector<double> missions;                          ///< weight of each
  std::vector<std::pair<std::uint32_t, double>> habits;  ///< lines taken on most visits
  std::uint64_t taste;                                   ///< decides the favourite brand of each line
};
std::vector<Customer> make_customers(std::size_t count, Assortment const& assortment,
                                     std::vector<Mission> const& missions, Dice& dice);

struct SoldRow {
  std::uint32_t product = 0;
  std::int64_t quantity_milli = 1000;
  std::int64_t price_minor = 0;
};
struct SoldBasket {
  std::int64_t seconds = 0;
  std::uint32_t customer = 0;
  std::vector<SoldRow> rows;
};

/// The whole made-up shop.
class Store {
 public:
  Store(std::uint64_t seed, std::size_t customers);
  /// One day's baskets by time. Days must be asked for in order.
  std::vector<SoldBasket> day(std::int64_t day, std::uint32_t average_baskets);

  [[nodiscard]] Assortment const& assortment() const noexcept { return assortment_; }
  [[nodiscard]] std::vector<Customer> const& customers() const noexcept { return customers_; }

 private:
  SoldBasket visit(std::int64_t day, bool weekend);
  void want(SoldBasket& basket, std::vector<char>& inside, std::uint32_t line, std::int64_t day);
  std::uint32_t choose(Customer const& customer, Line const& line);

  Dice dice_;
  Assortment assortment_;
  std::vector<Companion> companions_;
  std::vector<Mission> missions_;
  std::vector<Customer> customers_;
  std::vector<double> paces_;  ///< running sums
};

}  // namespace tillcue::models::sample
