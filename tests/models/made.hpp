#pragma once

#include <string>
#include <vector>

#include "tillcue/models/counts.hpp"
#include "tillcue/models/ranker.hpp"
#include "tillcue/models/recency.hpp"
#include "tillcue/models/transactions.hpp"

namespace tillcue::models::made {

/// A folder of its own that goes away with the object.
class Folder {
 public:
  Folder();
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  ~Folder();
  [[nodiscard]] std::string file(std::string const& name) const { return path_ + "/" + name; }
  [[nodiscard]] std::string const& path() const { return path_; }

 private:
  std::string path_;
};

void put_file(std::string const& path, std::string const& bytes);
std::string get_file(std::string const& path);

/// Baskets as a transactions file.
std::string csv(std::vector<std::vector<std::string>> const& baskets, std::string const& id_prefix = "b");
/// Reads transactions from a text as "t.csv".
Result<Dataset> read(std::string const& text, TransactionLimits limits = {});
Dataset dataset(std::vector<std::vector<std::string>> const& baskets);
/// `baskets` random baskets over items "i0".."iN", popular ones first, with some that go together.
std::vector<std::vector<std::string>> random_baskets(std::size_t baskets, std::size_t items, std::uint64_t seed);

/// So many of these, spread evenly over eighteen days of May 2026.
Dataset dated(std::size_t baskets);

/// The baskets up to and with a day, cut off by hand.
Dataset until(Dataset data, std::int32_t day);

/// The positions of all baskets.
std::vector<std::uint32_t> all_of(Dataset const& data);

/// Counts of which nobody knows what was bought lately.
RecentCounts counted(Counts counts);

/// Position of a SKU in the counts; fails the test when it is not there.
std::uint32_t position(Counts const& counts, std::string const& sku);
/// In how many baskets two items are together.
std::uint32_t together(Counts const& counts, std::string const& a, std::string const& b);

}  // namespace tillcue::models::made
