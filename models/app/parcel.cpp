#include "tillcue/core/parcel.hpp"

#include <cstdio>
#include <memory>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/table_bound.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

constexpr std::size_t kLargestFile = 1U << 30U;

struct Options {
  std::string in, base, out;
  bool json = false;
};

/// Empty without a path.
Result<std::string> text_of(std::string const& path) {
  return path.empty() ? Result<std::string>{} : read_file(path, kLargestFile);
}

std::span<std::byte const> bytes_of(std::string const& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

double bits(std::uint64_t bytes, std::size_t entries) {
  return entries == 0 ? 0.0 : 8.0 * static_cast<double>(bytes) / static_cast<double>(entries);
}

void tell_packed(Options const& options, Bundle const& bundle, std::size_t bundle_bytes, std::size_t parcel_bytes,
                 ParcelInfo const& info) {
  auto const entries = static_cast<std::size_t>(bundle.entry_count());
  auto const affinity = info.table_bytes + info.bias_bytes;
  auto const bound = table_bound(bundle);
  if (options.json) {
    nlohmann::json const line = {
        {"parcel", options.out},
        {"delta", info.delta},
        {"bytes", parcel_bytes},
        {"bundle_bytes", bundle_bytes},
        {"entries", entries},
        {"affinity_bytes", affinity},
        {"rest_bytes", info.rest_bytes},
        {"served_bits_per_entry", bits(bundle.affinity_bytes(), entries)},
        {"affinity_bits_per_entry", bits(affinity, entries)},
        {"bits_per_entry", bits(parcel_bytes, entries)},
        {"table_bits_per_entry", bits(info.table_bytes, entries)},
        {"bound",
         {{"weights", bound.weights}, {"sets", bound.sets}, {"gaps", bound.gaps}, {"bits_per_entry", bound.bits()}}}};
    std::printf("%s\n", line.dump().c_str());
    return;
  }
  std::printf("%s: %s of %s, %s\n", options.out.c_str(), counted(parcel_bytes, "byte").c_str(),
              counted(bundle_bytes, "byte").c_str(), info.delta ? "what is new against the base" : "whole");
  std::printf("  affinity part   %10llu bytes, %6.2f bits an entry (served: %.2f)\n",
              static_cast<unsigned long long>(affinity), bits(affinity, entries),
              bits(bundle.affinity_bytes(), entries));
  std::printf(
      "  its rows alone  %10llu bytes, %6.2f bits an entry; weights and gaps each with a fixed code: %.2f + %.2f\n",
      static_cast<unsigned long long>(info.table_bytes), bits(info.table_bytes, entries), bound.weights,
      bound.bits() - bound.weights);
  std::printf("  everything else %10llu bytes\n", static_cast<unsigned long long>(info.rest_bytes));
  std::printf("  whole parcel    %10zu bytes, %6.2f bits an entry (%s)\n", parcel_bytes, bits(parcel_bytes, entries),
              counted(entries, "entry", "entries").c_str());
}

Result<int> run_pack(Options const& options) {
  std::string const inputs[] = {options.in, options.base};
  if (auto const possible = can_write(options.out, inputs, kParcelFile); !possible)
    return tl::unexpected(possible.error());
  auto const bundle = text_of(options.in);
  if (!bundle) return tl::unexpected(bundle.error());
  auto const base = text_of(options.base);
  if (!base) return tl::unexpected(base.error());
  auto const opened = Bundle::from_bytes(bytes_of(*bundle));
  if (!opened) return tl::unexpected(opened.error().within(options.in));
  if (!options.base.empty()) {
    // An empty file must not pass for no base.
    if (auto const old = Bundle::from_bytes(bytes_of(*base)); !old) {
      return tl::unexpected(old.error().within(options.base));
    }
  }
  auto const parcel = pack_parcel(bytes_of(*bundle), bytes_of(*base));
  if (!parcel) return tl::unexpected(parcel.error());
  if (auto const written = write_file(options.out, std::span(*parcel)); !written) {
    return tl::unexpected(written.error());
  }
  auto const info = parcel_info(*parcel);
  if (!info) return tl::unexpected(info.error());
  tell_packed(options, *opened, bundle->size(), parcel->size(), *info);
  return kOk;
}

Result<int> run_unpack(Options const& options) {
  // The base may be the file it takes the place of.
  if (auto const possible = can_write(options.out, std::span(&options.in, 1), kBundleFile); !possible) {
    return tl::unexpected(possible.error());
  }
  auto const parcel = text_of(options.in);
  if (!parcel) return tl::unexpected(parcel.error());
  auto const base = text_of(options.base);
  if (!base) return tl::unexpected(base.error());
  auto const bundle = unpack_parcel(bytes_of(*parcel), bytes_of(*base));
  if (!bundle) return tl::unexpected(bundle.error().within(options.in));
  if (auto const written = write_file(options.out, std::span(*bundle)); !written) {
    return tl::unexpected(written.error());
  }
  if (options.json) {
    nlohmann::json const line = {{"bundle", options.out}, {"bytes", bundle->size()}, {"parcel_bytes", parcel->size()}};
    std::printf("%s\n", line.dump().c_str());
  } else {
    std::printf("%s: %s from %s\n", options.out.c_str(), counted(bundle->size(), "byte").c_str(),
                counted(parcel->size(), "byte").c_str());
  }
  return kOk;
}

}  // namespace

void add_pack(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("pack", "A bundle made small for the way to the terminals.");
  command.add_option("BUNDLE", options->in, "the bundle to send")->required();
  command.add_option("--out", options->out, "parcel to write")->required();
  command.add_option("--base", options->base, "the bundle the terminals have: only what is new is packed");
  command.add_flag("--json", options->json, "print the sizes as JSON");
  command.footer(
      "Examples:\n  tillcue-models pack new.bundle --out new.parcel\n"
      "  tillcue-models pack new.bundle --base store.bundle --out week.parcel");
  command.callback([options, &action] { action = [options] { return run_pack(*options); }; });
}

void add_unpack(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("unpack", "The bundle in a parcel, bit for bit as it was packed.");
  command.add_option("PARCEL", options->in, "what pack wrote")->required();
  command.add_option("--out", options->out, "bundle to write")->required();
  command.add_option("--base", options->base, "the bundle it was packed against, if it was");
  command.add_flag("--json", options->json, "print the sizes as JSON");
  command.footer("Example:\n  tillcue-models unpack week.parcel --base store.bundle --out new.bundle");
  command.callback([options, &action] { action = [options] { return run_unpack(*options); }; });
}

}  // namespace tillcue::models::app
