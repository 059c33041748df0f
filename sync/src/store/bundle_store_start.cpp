#include <tuple>
#include <utility>

#include "bundle_store_state.hpp"

namespace tillcue::sync {
namespace {

/// The disk did not let us look: that says nothing about the bundle, and must not make us forget it.
bool not_seen(Error const& error) {
  return error.code == Code::io || error.code == Code::busy || error.code == Code::timeout;
}

}  // namespace

Result<void> BundleStore::State::load() {
  auto query = db.prepare(
      "SELECT active_release, active_bundle, previous_release, previous_bundle, newest_release, newest_bundle, refused "
      "FROM pointer");
  if (!query) return tl::unexpected(query.error());
  auto const row = query->step();
  if (!row) return tl::unexpected(row.error());
  if (!*row)
    return fail(Code::corrupt, (folder / "store.sqlite").string() + ": the pointer is missing: move the file away");
  auto const place = [&](int column) {
    return Place{static_cast<std::uint64_t>(query->integer(column)), std::string(query->text(column + 1))};
  };
  active = place(0);
  previous = place(2);
  newest = place(4);
  refused = static_cast<std::uint64_t>(query->integer(6));
  auto reason = db.prepare("SELECT why FROM refusal");
  if (!reason) return tl::unexpected(reason.error());
  auto const known = reason->step();
  if (!known) return tl::unexpected(known.error());
  if (*known) refused_why = reason->text(0);
  auto attempt = db.prepare("SELECT starts, proven, scope FROM attempt");
  if (!attempt) return tl::unexpected(attempt.error());
  auto const there = attempt->step();
  if (!there) return tl::unexpected(there.error());
  if (!*there) return {};
  starts = static_cast<unsigned>(attempt->integer(0));
  trusted = attempt->integer(1) != 0;
  scope = attempt->text(2);
  return {};
}

Result<void> BundleStore::State::save_attempt() {
  auto statement = db.prepare("UPDATE attempt SET starts = ?1, proven = ?2, scope = ?3");
  if (!statement) return tl::unexpected(statement.error());
  statement->bind(1, std::int64_t{starts}).bind(2, std::int64_t{trusted ? 1 : 0}).bind(3, scope);
  return statement->run();
}

/// For whoever asks after the next start: the manifest comes again then, and its content is not looked at any more.
Result<void> BundleStore::State::save_refusal(std::string why) {
  auto statement = db.prepare("UPDATE refusal SET why = ?1");
  if (!statement) return tl::unexpected(statement.error());
  if (auto ok = statement->bind(1, why).run(); !ok) return ok;
  refused_why = std::move(why);
  return {};
}

/// The bundle before when it is sound, else none; tells it as damage.
Result<BundleStore::State::Place> BundleStore::State::find_way_back(std::string const& why) {
  auto const sound = examine(previous.bundle);
  if (!sound && not_seen(sound.error())) return tl::unexpected(sound.error().within("previous bundle"));
  damage = "release " + std::to_string(active.release) + ": " + why + "; " +
           (sound ? "fell back to release " + std::to_string(previous.release) : "no previous bundle to fall back to");
  return sound ? previous : Place{};
}

/// What is fallen back to is not counted against. One transaction: power that failed between the two would have left
/// the bad bundle active and trusted.
Result<void> BundleStore::State::fall_back_to(Place const& place, std::uint64_t bad) {
  auto transaction = Transaction::begin(db);
  if (!transaction) return tl::unexpected(transaction.error());
  auto const kept = std::tuple{active, previous, refused, refused_why, trusted, starts};
  trusted = true;
  starts = 0;
  auto done = save_attempt();
  if (done && bad != refused) done = save_refusal(damage);
  if (done) done = save(place, {}, newest, bad);
  if (done) done = transaction->commit();
  if (!done) std::tie(active, previous, refused, refused_why, trusted, starts) = kept;
  return done;
}

/// A bundle that the program does not survive must not be started with for ever.
Result<void> BundleStore::State::count_start() {
  if (trusted || active.bundle.empty()) return {};
  ++starts;
  if (auto ok = save_attempt(); !ok) {
    // A full disk must not keep a bundle from running that is whole: this start goes uncounted.
    if (ok.error().code != Code::busy) return ok;
    --starts;
    return {};
  }
  if (starts <= kMostStarts) return {};
  auto const next = find_way_back("the program did not last after " + std::to_string(kMostStarts) + " starts with it");
  return next ? fall_back_to(*next, active.release) : tl::unexpected(next.error());
}

/// The one transaction that decides what is active.
Result<void> BundleStore::State::save(Place const& next, Place const& before, Place const& highest, std::uint64_t bad) {
  auto statement = db.prepare(
      "UPDATE pointer SET active_release=?, active_bundle=?, previous_release=?, previous_bundle=?, newest_release=?, "
      "newest_bundle=?, refused=?");
  if (!statement) return tl::unexpected(statement.error());
  int column = 0;
  for (auto const* place : {&next, &before, &highest}) {
    statement->bind(column + 1, static_cast<std::int64_t>(place->release)).bind(column + 2, place->bundle);
    column += 2;
  }
  if (auto ok = statement->bind(column + 1, static_cast<std::int64_t>(bad)).run(); !ok) return ok;
  active = next;
  previous = before;
  newest = highest;
  refused = bad;
  return {};
}

Result<void> BundleStore::State::examine(std::string const& bundle) const {
  if (bundle.empty()) return fail(Code::not_found, "none");
  return check(file(bundle), bundle);
}

/// After a start: the active bundle if it is sound, else the previous one, else none.
/// Errors  those of a look that failed; the pointer stays as it was.
Result<void> BundleStore::State::choose() {
  if (active.bundle.empty()) return {};
  auto const sound = examine(active.bundle);
  if (sound) return {};
  if (not_seen(sound.error())) return tl::unexpected(sound.error().within("active bundle"));
  auto const next = find_way_back(sound.error().what);
  if (!next) return tl::unexpected(next.error());
  auto const kept = fall_back_to(*next, refused);
  if (kept || kept.error().code != Code::busy) return kept;
  // A full disk must not keep the sound one from running: until there is room, each start looks again.
  active = *next;
  previous = {};
  return {};
}

}  // namespace tillcue::sync
