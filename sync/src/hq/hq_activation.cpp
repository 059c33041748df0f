#include "hq_activation.hpp"

#include <algorithm>
#include <map>

#include "hq_columns.hpp"
#include "tillcue/sync/state.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {
namespace {

using Clock = std::chrono::steady_clock;

/// What terminals have said of themselves.
struct Seen {
  std::map<std::string, TerminalState> states;
  std::map<std::string, Held> held;

  [[nodiscard]] bool outside(Scope const& scope, std::string const& terminal) const;
  [[nodiscard]] Activation tally(ActivationOptions const& options) const;
};

/// Outside for certain: who has not said where it is may be within.
bool Seen::outside(Scope const& scope, std::string const& terminal) const {
  if (scope.kind == Scope::Kind::all) return false;
  if (scope.kind == Scope::Kind::terminal) return scope.name != terminal;
  auto const said = held.find(terminal);
  if (said == held.end()) return false;
  return scope.name != (scope.kind == Scope::Kind::store ? said->second.store : said->second.group);
}

Activation Seen::tally(ActivationOptions const& options) const {
  Activation seen;
  for (auto const& [terminal, state] : states) {
    if (state.presence != Presence::online) continue;
    if (outside(options.scope, terminal)) {
      ++seen.elsewhere;
      continue;
    }
    ++seen.online;
    if (state.release >= options.release) ++seen.active;
  }
  return seen;
}

/// Where terminals are comes first, so that no burst of states is judged without it.
Result<void> listen(BrokerSession& session, Topics const& topics, Scope const& scope,
                    std::chrono::milliseconds patience) {
  bool const by_place = scope.kind == Scope::Kind::store || scope.kind == Scope::Kind::group;
  if (by_place) {
    if (auto done = session.subscribe(topics.all_held(), patience); !done) return done;
  }
  return session.subscribe(topics.all_states(), patience);
}

std::string seconds_text(std::chrono::milliseconds time) {
  auto const tenths = time.count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

Result<Activation> await_activation(BrokerSession& session, Topics const& topics, ActivationOptions const& options,
                                    std::function<void(std::string const& line)> const& say) {
  auto const& scope = options.scope;
  if (auto done = listen(session, topics, scope, options.patience); !done) return tl::unexpected{done.error()};
  // The retained states of a fleet come as a burst; deciding on the first of them would not see the others.
  constexpr std::chrono::milliseconds kSettle{300};
  constexpr std::chrono::milliseconds kLook{1'000};  // whether the connection is still the one that was subscribed on
  Seen seen;
  auto const begun = Clock::now();
  auto connection = session.connections();
  for (;;) {
    auto const past = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    auto const left = options.wait - past;
    if (left.count() <= 0) break;
    auto const before = seen.tally(options);
    bool const complete = before.online > 0 && before.active == before.online;
    if (auto const current = session.connections(); current != connection) {
      // A broker that restarted has forgotten us; an error is tried again with the next look.
      if (listen(session, topics, scope, std::min(options.patience, left))) connection = current;
    }
    auto const message = session.next(std::min(complete ? kSettle : kLook, left));
    if (!message && complete) break;
    if (!message) continue;
    auto const topic = topics.parse(message->topic);
    if (topic && topic->kind == TopicKind::held) {
      auto held = decode_held(message->payload);
      if (held && held->terminal.value == topic->name) seen.held[held->terminal.value] = std::move(*held);
      continue;
    }
    auto const state = decode_state(message->payload);
    if (!state || !topic || topic->kind != TopicKind::state || topic->name != state->terminal.value) continue;
    auto& known = seen.states[state->terminal.value];
    bool const news = state->presence == Presence::online && state->release >= options.release &&
                      (known.presence != Presence::online || known.release < options.release);
    known = *state;
    if (news)
      say(state->terminal.value + " runs release " + std::to_string(state->release) + " after " +
          seconds_text(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun)));
    if (!state->last_error.empty() && state->release < options.release) {
      say(state->terminal.value + " says: " + printable(state->last_error));
    }
  }
  return seen.tally(options);
}

}  // namespace tillcue::sync
