"""What-if edits are exact, touch nothing that is shipped, flow through both passes, and are equal text when equal."""

import random

import numpy as np
import pytest

from convoscope.engine import REGISTRY, check_gradient, errors, loss, parse_edits, zoo
from convoscope.engine.edits import WITH_CHANNELS
from convoscope.engine.network import Input, Network, Node
from convoscope.engine.trace import Trace

X = np.random.default_rng(4).standard_normal((3, 32, 32)).astype(np.float32)
NET = zoo.load("example-cnn")


def edited(text: str) -> Trace:
    net, x = parse_edits(text).applied(NET, X)
    return net.trace(x)


def test_equal_edits_are_equal_text_in_whatever_order_and_however_they_were_written() -> None:
    one = parse_edits("off=conv2@4;input@0,5,7=1.20;conv1.weight@3,0,1,1=.5;conv1.weight@3,0,1,0=-0")
    other = parse_edits("conv1.weight@3,0,1,0=0e5;conv1.weight@3,0,1,1=5e-1;input@0,5,7=1.2;off=conv2@4")
    assert one == other
    assert str(one) == "conv1.weight@3,0,1,0=0.0;conv1.weight@3,0,1,1=0.5;input@0,5,7=1.2;off=conv2@4"
    assert parse_edits(str(one)) == one
    assert not parse_edits("")


def test_a_name_may_hold_what_separates_edits() -> None:
    net = Network("odd", (Input("a;b=c@d%", (None, 2)),), (Node("relu", REGISTRY["relu"](), ("a;b=c@d%",)),), {})
    edits = parse_edits("a%3Bb%3Dc%40d%25@1=7")
    assert str(edits) == "a%3Bb%3Dc%40d%25@1=7.0"
    assert edits.applied(net, np.zeros(2, np.float32))[1].tolist() == [0, 7]


def test_a_weight_a_bias_and_a_pixel_are_set_and_all_that_follows_is_the_plain_arithmetic_of_them() -> None:
    weight, bias, x = NET.params["conv1"]["weight"].copy(), NET.params["conv1"]["bias"].copy(), X.copy()
    weight[3, 0, 1, 1], bias[2], x[0, 5, 7] = 0.5, -1.5, 1.2
    by_hand = NET.with_params({"conv1": {"weight": weight, "bias": bias}}).trace(x)
    ours = edited("conv1.weight@3,0,1,1=0.5;conv1.bias@2=-1.5;input@0,5,7=1.2")
    for name, a in by_hand.activations.items():
        np.testing.assert_array_equal(ours.activations[name], a, err_msg=name)


def test_the_shipped_network_and_the_given_input_never_change() -> None:
    before, x = NET.params["conv1"]["weight"].copy(), X.copy()
    edited("conv1.weight@3,0,1,1=0.5;input@0,5,7=1.2;off=conv1@0;learn=sgd,0.1,1,loss:3")
    np.testing.assert_array_equal(NET.params["conv1"]["weight"], before)
    np.testing.assert_array_equal(X, x)


def test_a_channel_that_is_off_is_zero_everywhere_and_its_explanation_says_so() -> None:
    trace, shipped = edited("off=conv2@4"), NET.trace(X)
    assert not trace.activations["conv2"][0, 4].any()
    np.testing.assert_array_equal(trace.activations["conv2"][0, :4], shipped.activations["conv2"][0, :4])
    told = trace.explain("conv2", (4, 9, 9))
    assert (told.value, told.steps[-1].total) == (0.0, 0.0)


@pytest.mark.parametrize("kind", WITH_CHANNELS)
def test_every_kind_with_channels_can_switch_one_off_and_leaves_the_others(kind: str) -> None:
    draw, rng = random.Random(kind), np.random.default_rng(0)
    for _ in range(6):
        example = REGISTRY[kind].example(draw)
        (shape,) = example.shapes
        params = {k: rng.uniform(0.5, 1, s) for k, s in example.layer.param_shapes(shape).items()}
        net = Network("one", (Input("x", shape),), (Node("n", example.layer, ("x",)),), {"n": params})
        x = rng.standard_normal(shape)
        before = net.trace(x, exact=True).output
        channel = draw.randrange(before.shape[1])
        after = parse_edits(f"off=n@{channel}").applied(net, x)[0].trace(x, exact=True).output
        assert not after[:, channel].any()
        others = [c for c in range(before.shape[1]) if c != channel]
        np.testing.assert_array_equal(after[:, others], before[:, others])


def test_gradients_and_checks_flow_through_the_edits() -> None:
    trace = edited("conv1.weight@3,0,1,1=0.5;input@0,5,7=1.2;off=conv2@4")
    for where, at in (("conv1.weight", (3, 0, 1, 1)), ("input", (0, 5, 7)), ("fc.bias", (3,))):
        check = check_gradient(trace, loss(3), where, at, step=1e-7)
        assert check.kinks == ()
        assert check.analytic != 0
        assert check.relative_error < 2e-3, str(check)
    assert not trace.gradients(loss(3)).by_activation["conv2"][0, 4].any()  # relu at 0 is shut: nothing comes back


def test_a_weight_so_large_that_numbers_become_infinite_is_shown_so() -> None:
    with np.errstate(all="ignore"):
        trace = edited("fc.bias@3=3e38;fc.weight@3,0=-3e38")
    assert np.isfinite(trace.activations["fc"][0, :3]).all()
    assert abs(trace.activations["fc"][0, 3]) > 1e38


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conv1", r"^Edit 1 of 1: An address is a name|^Edit 1 of 1: An edit is written conv1.weight@3,0,1,1=0.5"),
        ("fc.bias@1=1;;", r"^Edit 2 of 3: An edit is written conv1.weight@3,0,1,1=0.5, input@0,5,7=1.2, off=conv2@4"),
        ("fc.bias@1=1=2", r"^Edit 1 of 1: An edit is written"),
        ("fc.bias@1=nan", r"^Edit 1 of 1: A number is set to a finite decimal, such as 0.5 or -1e-3; NaN and ∞ cannot"),
        ("fc.bias@1=-inf", "A number is set to a finite decimal"),
        ("fc.bias@1=1_0", "A number is set to a finite decimal"),
        ("fc.bias@1=", "A number is set to a finite decimal"),
        ("fc.bias@1=1e39", r"A number is set to what float32 can hold, up to 3.4e38 of either sign\."),
        ("fc.bias@=1", "An address is a name, @ and the indices of a cell: conv1.weight@3,0,1,1 or input@0,5,7"),
        ("fc.bias@٣=1", "An address is a name, @ and the indices of a cell"),
        ("off=conv2", "An address is a name, @"),
        ("off=conv2@1,2", "A channel is switched off by its one number: off=conv2@4"),
        ("fc.bias@1=1;fc.bias@1=2", "Two of the edits are of the same number or channel; one of them must go"),
        ("learn=sgd,0.1,2", "Learning is written optimizer,rate,steps,objective: sgd,0.01,5,loss:3"),
        ("learn=sgd,nan,2,loss:3", "Learning is written"),
        ("learn=sgd,0,2,loss:3", "A learning rate lies above 0 and is at most 1000, such as 0.01"),
        ("learn=sdg,0.1,2,loss:3", "Edit 1 of 1: There is no optimizer 'sdg'. Known are: sgd"),
        ("learn=sgd,0.1,2,loss", "An objective is written loss:3, logit:5"),
        ("learn=sgd,.1,1,loss:3;learn=sgd,.1,1,loss:3", "A network learns once: write one learn= with the count of"),
    ],
)
def test_what_is_no_edit_is_refused_with_what_would_be_one(text: str, said: str) -> None:
    with pytest.raises(errors.ConvoscopeError, match=said):
        parse_edits(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conv1.weigth@0,0,0,0=1", "There is no parameter of conv1 'weigth'. Known are: weight"),
        ("conv9.weight@0,0,0,0=1", "There is no node 'conv9'. Known are: conv"),
        ("conv1.weight@10,0,0,0=1", r"conv1.weight has shape \(10, 3, 3, 3\); \(10, 0, 0, 0\) is no cell of it"),
        ("input@0,5=1", r"input has shape \(3, 32, 32\); \(0, 5\) is no cell of it"),
        ("relu1@0,0,0=1", "The numbers of relu1 are computed, not given: edit those of input or a layer's weights, or"),
        ("conv1@0,0,0=1", "edit those of input, conv1.weight or conv1.bias, or switch a channel off"),
        ("off=relu1@0", r"relu1 \(relu\) has no weights that could be zero; switch off a channel of a layer before it"),
        ("off=input@0", "There is no node 'input'"),
        ("off=conv1@10", r"conv1 has shape \(10,\); \(10,\) is no cell of it"),
    ],
)
def test_what_the_network_does_not_have_cannot_be_edited(text: str, said: str) -> None:
    with pytest.raises(errors.ConvoscopeError, match=said):
        parse_edits(text).checked(NET)
