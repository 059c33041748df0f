// What the bench script `parcel` needs to compare parcels with:
//
//   parcel_bench make SKUS BITS BUNDLE     a made catalogue's bundle, 26 neighbours an item on average
//   parcel_bench raw OLD NEW DIR           DIR/old.raw, new.raw: the affinity entries as plain rows, an id (2 bytes up
//   to
//                                          65,536 SKUs, else 3) and a weight of 1 byte each; ids are those of both
//                                          bundles' SKUs in one sorted list, rows in its order, no row lengths.
//                                          DIR/old.affp, new.affp: the tables as the till has them
//   parcel_bench unpack RUNS PARCEL [BASE] CPU seconds of one unpacking, the least of RUNS (0: reads the files only)

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "bench/score_catalogue.hpp"
#include "item_order.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/core/parcel.hpp"

using namespace tillcue;

namespace {

using Bytes = std::vector<std::byte>;
using Numbers = std::map<std::string, std::uint32_t, std::less<>>;

Bytes read(std::string const& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  Bytes bytes(static_cast<std::size_t>(std::max<std::streamoff>(0, file.tellg())));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void write(std::string const& path, Bytes const& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

int told(Error const& error) {
  std::fprintf(stderr, "parcel_bench: %s\n", error.what.c_str());
  return 1;
}

int make(std::uint32_t items, unsigned bits, std::string const& out) {
  std::mt19937_64 random(42);
  auto catalogue = bench::make_catalogue({items, 26, true, bits}, random);
  models::renumber(catalogue.source, models::item_order(catalogue.source, 0));
  auto const bytes = write_bundle(catalogue.source);
  if (!bytes) return told(bytes.error());
  write(out, *bytes);
  return 0;
}

/// A weight as a byte: its share of the row's largest.
std::byte weight_of(Score contribution, Score most) {
  return static_cast<std::byte>(static_cast<std::uint8_t>((contribution * std::int64_t{127} + most / 2) / most));
}

Bytes raw(Bundle const& bundle, Numbers const& numbers) {
  struct Entry {
    std::uint32_t target;
    Score contribution;
  };
  auto const id_bytes = numbers.size() <= 65'536 ? 2U : 3U;
  Bytes out;
  for (auto const& [sku, unused] : numbers) {
    auto const item = bundle.find(sku);
    if (item == kNoItem) continue;
    std::vector<Entry> row;
    Score most = 1;
    for (auto const& entry : bundle.row(item)) {
      row.push_back({numbers.find(bundle.item(entry.target).sku)->second, entry.contribution});
      most = std::max(most, std::abs(entry.contribution));
    }
    std::sort(row.begin(), row.end(), [](auto const& a, auto const& b) { return a.target < b.target; });
    for (auto const& entry : row) {
      for (unsigned n = 0; n < id_bytes; ++n) out.push_back(static_cast<std::byte>(entry.target >> (8 * n) & 0xFFU));
      out.push_back(weight_of(entry.contribution, most));
    }
  }
  return out;
}

/// The section AFFP, by the section table (core/FORMAT.md).
Bytes table(Bytes const& bundle) {
  auto const number = [&](std::size_t at, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned n = size; n-- > 0;) value = value << 8U | std::to_integer<std::uint64_t>(bundle[at + n]);
    return value;
  };
  for (std::size_t n = 0; n < number(12, 4); ++n) {
    auto const at = 32 + 32 * n;
    if (number(at, 4) != 0x50464641) continue;
    auto const begin = bundle.begin() + static_cast<std::ptrdiff_t>(number(at + 8, 8));
    return {begin, begin + static_cast<std::ptrdiff_t>(number(at + 16, 8))};
  }
  return {};
}

int raws(std::string const& before, std::string const& after, std::string const& folder) {
  Bytes const bytes[] = {read(before), read(after)};
  Result<Bundle> const bundles[] = {Bundle::from_bytes(bytes[0]), Bundle::from_bytes(bytes[1])};
  Numbers numbers;
  for (auto const& bundle : bundles) {
    if (!bundle) return told(bundle.error());
    for (std::uint32_t n = 0; n < bundle->item_count(); ++n) numbers.emplace(bundle->item(ItemIx{n}).sku, 0);
  }
  std::uint32_t next = 0;
  for (auto& [sku, number] : numbers) number = next++;
  char const* const names[] = {"old", "new"};
  for (std::size_t n = 0; n < 2; ++n) {
    write(folder + '/' + names[n] + ".raw", raw(*bundles[n], numbers));
    write(folder + '/' + names[n] + ".affp", table(bytes[n]));
  }
  return 0;
}

int unpack(int runs, std::string const& parcel_path, std::string const& base_path) {
  auto const parcel = read(parcel_path), base = base_path.empty() ? Bytes{} : read(base_path);
  double least = 1e9;
  for (int n = 0; n < runs; ++n) {
    auto const begin = std::clock();
    if (auto const bundle = unpack_parcel(parcel, base); !bundle) return told(bundle.error());
    least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  std::printf("%.4f\n", least);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> const words(argv + 1, argv + argc);
  auto const is = [&](char const* command, std::size_t least) { return words.size() >= least && words[0] == command; };
  if (is("make", 4))
    return make(static_cast<std::uint32_t>(std::stoul(words[1])), std::stoul(words[2]) & 15U, words[3]);
  if (is("raw", 4)) return raws(words[1], words[2], words[3]);
  if (is("unpack", 3)) return unpack(std::stoi(words[1]), words[2], words.size() > 3 ? words[3] : std::string());
  std::fprintf(stderr, "usage: see the beginning of parcel_bench.cpp\n");
  return 2;
}
