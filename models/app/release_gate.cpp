#include "release_gate.hpp"

#include <cstdio>
#include <filesystem>

#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {

void ReleaseGate::add_to(CLI::App& command) {
  auto* const replaces = command.add_option(
      "--replaces", replaces_, "the bundle in the shops now: refuse (exit code 5) when the new one is worse");
  command.add_flag("--force", force_, "write it although it is worse; its note says so")->needs(replaces);
  command.add_option("--max-bytes", most_bytes_, "fit into so many bytes, with fewer weights where needed")
      ->check(whole_in_range(1, std::size_t{1} << 30U));
}

Result<void> ReleaseGate::watch(Dataset const& data, Catalogue const& catalogue, BuildOptions& options,
                                Progress const& progress) {
  if (!wanted()) return {};
  if (most_bytes_ > 0) options_.limits.bytes = most_bytes_;
  auto opened = load_bundle(replaces_);
  if (!opened) return tl::unexpected(opened.error().within("--replaces"));
  running_ = std::move(*opened);
  auto const build_options = options;
  options.review = [this, &data, &catalogue, build_options,
                    &progress](std::span<std::byte const> bundle) -> Result<std::string> {
    auto verdict = judge_release(data, catalogue, build_options, bundle, *running_, options_, progress);
    if (!verdict) return tl::unexpected(verdict.error());
    verdict_ = std::move(*verdict);
    return verdict_->note(force_);
  };
  return {};
}

void ReleaseGate::show() const {
  if (!verdict_) return;
  auto const* const word = verdict_->passed() ? "passed" : force_ ? "forced" : "FAILED";
  std::fprintf(stderr, "gate against %s: %s; %s; %s\n", replaces_.c_str(), word,
               counted(verdict_->questions, "question").c_str(), verdict_->how.c_str());
  for (auto const& check : verdict_->checks) {
    std::fprintf(stderr, "  %-7s %-18s %s\n", check.passed ? "ok" : "WORSE", check.what.c_str(), check.found.c_str());
  }
}

Result<void> ReleaseGate::refuse(std::string const& out, std::span<std::byte const> bundle) const {
  std::error_code ignored;
  auto const kept = out + ".refused";
  // A device or a pipe has no place beside it.
  bool const keep = !std::filesystem::exists(out, ignored) || std::filesystem::is_regular_file(out, ignored);
  if (keep) {
    if (auto const written = write_file(kept, bundle); !written) return written;
  }
  std::fprintf(stderr, "tillcue-models: refused: worse than %s in %s\n", replaces_.c_str(),
               verdict_->reasons().c_str());
  if (keep)
    std::fprintf(stderr, "kept as %s: see tillcue-models diff %s %s\n", kept.c_str(), replaces_.c_str(), kept.c_str());
  std::fprintf(stderr, "%s was not touched; --force writes it all the same\n", out.c_str());
  return {};
}

}  // namespace tillcue::models::app
