package io.weft.node.observe;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.weft.mesh.telemetry.Span;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A span of ours as the exporter of OpenTelemetry reads it. */
final class ExportedSpan implements SpanData {
  private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("io.weft");

  private final Span span;
  private final Resource resource;
  private final Attributes attributes;

  /**
   * Creates it.
   *
   * @param resource says which service it is of, on which node
   */
  ExportedSpan(Span span, Resource resource) {
    this.span = span;
    this.resource = resource;
    var all = Attributes.builder().put("weft.outcome", span.outcome().label());
    span.attributes().forEach((name, value) -> all.put("weft." + name, value));
    attributes = all.build();
  }

  @Override
  public String getName() {
    return span.name();
  }

  @Override
  public SpanKind getKind() {
    return switch (span.kind()) {
      case SERVER -> SpanKind.SERVER;
      case CLIENT -> SpanKind.CLIENT;
      case INTERNAL -> SpanKind.INTERNAL;
    };
  }

  @Override
  public SpanContext getSpanContext() {
    return context(span.id());
  }

  @Override
  public SpanContext getParentSpanContext() {
    return span.parent() == 0 ? SpanContext.getInvalid() : context(span.parentId());
  }

  private SpanContext context(String id) {
    return SpanContext.create(span.trace(), id, TraceFlags.getSampled(), TraceState.getDefault());
  }

  @Override
  public StatusData getStatus() {
    var failure = span.failure();
    return span.failed()
        ? StatusData.create(StatusCode.ERROR, failure == null ? "" : failure)
        : StatusData.unset();
  }

  @Override
  public long getStartEpochNanos() {
    var at = span.at();
    return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
  }

  @Override
  public long getEndEpochNanos() {
    return getStartEpochNanos() + span.nanos();
  }

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public int getTotalAttributeCount() {
    return attributes.size();
  }

  @Override
  public List<EventData> getEvents() {
    return List.of();
  }

  @Override
  public int getTotalRecordedEvents() {
    return 0;
  }

  @Override
  public List<LinkData> getLinks() {
    return List.of();
  }

  @Override
  public int getTotalRecordedLinks() {
    return 0;
  }

  @Override
  @Deprecated
  @SuppressWarnings("deprecation") // Their interface asks for it.
  public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return InstrumentationLibraryInfo.create(SCOPE.getName(), null);
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return SCOPE;
  }

  @Override
  public Resource getResource() {
    return resource;
  }
}
