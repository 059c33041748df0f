#include "hq_activation.hpp"

#include <algorithm>
#include <map>

#include "hq_columns.hpp"
#include "tillcue/sync/state.hpp"

namespace tillcue::sync {
namespace {

using Clock = std::chrono::steady_clock;

Activation tally(std::map<std::string, TerminalState> const& states, std::uint64_t release) {
  Activation seen;
  for (auto const& [terminal, state] : states) {
    if (state.presence != Presence::online) continue;
    ++seen.online;
    if (state.release >= release) ++seen.active;
  }
  return seen;
}

std::string seconds_text(std::chrono::milliseconds time) {
  auto const tenths = time.count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

Result<Activation> await_activation(BrokerSession& session, Topics const& topics, ActivationOptions const& options,
                                    std::function<void(std::string const& line)> const& say) {
  if (auto done = session.subscribe(topics.all_states(), options.patience); !done) return tl::unexpected{done.error()};
  // The retained states of a fleet come as a burst; deciding on the first of them would not see the others.
  constexpr std::chrono::milliseconds kSettle{300};
  constexpr std::chrono::milliseconds kLook{1'000};  // whether the connection is still the one that was subscribed on
  std::map<std::string, TerminalState> states;
  auto const begun = Clock::now();
  auto connection = session.connections();
  for (;;) {
    auto const past = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    auto const left = options.wait - past;
    if (left.count() <= 0) break;
    auto const before = tally(states, options.release);
    bool const complete = before.online > 0 && before.active == before.online;
    if (auto const current = session.connections(); current != connection) {
      // A broker that restarted has forgotten us; an error is tried again with the next look.
      if (session.subscribe(topics.all_states(), std::min(options.patience, left))) connection = current;
    }
    auto const message = session.next(std::min(complete ? kSettle : kLook, left));
    if (!message && complete) break;
    if (!message) continue;
    auto const state = decode_state(message->payload);
    auto const topic = topics.parse(message->topic);
    if (!state || !topic || topic->kind != TopicKind::state || topic->name != state->terminal.value) continue;
    auto& known = states[state->terminal.value];
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
  return tally(states, options.release);
}

}  // namespace tillcue::sync
