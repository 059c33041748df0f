#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {

/// A whole file mapped read-only; the bytes hold as long as the object lives, also when the file is unlinked.
class MappedFile {
 public:
  /// Errors  not_found, io, invalid (empty).
  static Result<MappedFile> open(std::filesystem::path const& file);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  [[nodiscard]] std::span<std::byte const> bytes() const noexcept { return {data_, size_}; }

 private:
  MappedFile(std::byte const* data, std::size_t size) : data_(data), size_(size) {}
  std::byte const* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A terminal's bundles: the active one, the one before it, and at most one on its way. One folder, one SQLite file
/// `store.sqlite` with one writer connection; the files are named by their digest.
/// A power cut at any point leaves the old bundle active or the new one, whole (tests cut at each named step).
/// Threads  one.
class BundleStore {
 public:
  struct Active {
    std::filesystem::path file;
    std::uint64_t release = 0;
    Sha256 bundle;
  };
  /// Says whether the program can run with these bytes: opens them as core::Bundle and asks one question.
  using SelfTest = std::function<Result<void>(std::span<std::byte const>)>;
  /// Says whether the bundle answers as its manifest expects; asked once, before the switch.
  using ProbeTest = std::function<Result<void>(std::span<std::byte const>, std::span<Probe const>)>;
  /// Starts of the program with a bundle that has not proven itself, after which the one before it is taken again.
  static constexpr unsigned kMostStarts = 3;
  /// Named before each step that touches the disk; an error it returns stands for the power cut or full disk there.
  using Fault = std::function<Result<void>(std::string_view step)>;

  /// Creates the folder. Looks at the active bundle (digest, self-test) and falls back to the previous one when it is
  /// damaged; with both damaged nothing is active. Errors  io, busy, corrupt, unsupported.
  /// A bundle with which the program has started kMostStarts times without prove() is left in the same way, and its
  /// release refused from then on.
  static Result<BundleStore> open(std::filesystem::path const& folder, SelfTest self_test, Fault fault = {},
                                  ProbeTest probe_test = {});
  /// What is active in that folder, without a part in it: no start is counted, nothing is chosen. The one that open()
  /// would choose, unless that finds it damaged; SQLite may leave an empty log beside its file.
  /// Errors  io, busy, corrupt: the file cannot be read.
  static Result<std::optional<Active>> look(std::filesystem::path const& folder);
  BundleStore(BundleStore&&) noexcept;
  BundleStore& operator=(BundleStore&&) noexcept;
  ~BundleStore();

  [[nodiscard]] std::optional<Active> active() const;
  /// What a fall-back at open() was about; empty otherwise.
  [[nodiscard]] std::string const& damage() const noexcept;
  /// The release that failed its self-test or its starts here; 0: none.
  [[nodiscard]] std::uint64_t refused_release() const noexcept;
  /// The program has run with the active bundle long enough to trust it.
  Result<void> prove();
  [[nodiscard]] bool proven() const noexcept;
  /// The program ends in order: this start says nothing against the bundle.
  Result<void> excuse();
  /// The scope whose manifest brought newest_release().
  [[nodiscard]] std::string const& newest_scope() const noexcept;
  /// Highest release this terminal ever activated: a lower or equal one is a replay.
  [[nodiscard]] std::uint64_t newest_release() const noexcept;

  /// Begins or resumes fetching; what has arrived of the same bundle is kept, another one's pieces are thrown away.
  /// Content that is here already (active, previous) needs no piece.
  /// Errors  rejected (release not above newest_release()), busy (disk full), io.
  Result<void> stage(Manifest const& manifest);
  [[nodiscard]] Manifest const* staged() const noexcept;
  /// A large bundle's digests first: true until put_chunk_list() has been called.
  [[nodiscard]] bool needs_chunk_list() const noexcept;
  /// What is fetched now: the bundle, or a parcel with it in; and the object with the digests of its pieces.
  [[nodiscard]] Sha256 wanted_object() const;
  [[nodiscard]] std::optional<Sha256> wanted_list() const;
  [[nodiscard]] std::uint32_t wanted_pieces() const;
  Result<void> put_chunk_list(std::string_view bytes);
  /// Pieces that are still missing, ascending.
  [[nodiscard]] std::vector<std::uint32_t> missing() const;
  /// Errors  corrupt (wrong length or digest: fetch it again), invalid (no such piece, nothing staged), busy, io.
  Result<void> put(std::uint32_t index, std::string_view bytes);
  /// All pieces of a parcel are here: the work of opening it, seconds of it, to be done on any thread; empty when
  /// there is nothing to open. Borrows nothing; is broken off within milliseconds when something else is staged,
  /// at discard() and break_off().
  [[nodiscard]] std::function<Result<void>()> unpacking() const;
  void break_off();
  /// What became of that. An error gives this parcel up: the next way to the bundle is in missing() then.
  void unpacked(Result<void> const& outcome);
  /// All pieces are here: checks the whole digest, runs the self-test, makes it durable and switches to it.
  /// Errors  invalid (pieces missing), corrupt (digest wrong: all pieces are thrown away), rejected (self-test failed;
  /// this release is not tried again), busy, io. After an error the old bundle is active.
  Result<Active> activate();
  /// Forgets what is staged.
  void discard();

 private:
  struct State;
  explicit BundleStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tillcue::sync
