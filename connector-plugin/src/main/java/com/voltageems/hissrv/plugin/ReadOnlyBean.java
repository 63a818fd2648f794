package com.voltageems.hissrv.plugin;

import java.util.Map;
import java.util.function.Supplier;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;

/** MBean with read-only attributes: numbers and texts, by name. */
final class ReadOnlyBean implements DynamicMBean {
  private final Map<String, Supplier<?>> values;

  ReadOnlyBean(Map<String, Supplier<?>> values) {
    this.values = Map.copyOf(values);
  }

  @Override
  public Object getAttribute(String name) throws AttributeNotFoundException {
    Supplier<?> value = values.get(name);
    if (value == null) {
      throw new AttributeNotFoundException(name);
    }
    return value.get();
  }

  @Override
  public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
    throw new AttributeNotFoundException(attribute.getName() + " is read-only");
  }

  @Override
  public AttributeList getAttributes(String[] names) {
    AttributeList list = new AttributeList();
    for (String name : names) {
      Supplier<?> value = values.get(name);
      if (value != null) {
        list.add(new Attribute(name, value.get()));
      }
    }
    return list;
  }

  @Override
  public AttributeList setAttributes(AttributeList attributes) {
    return new AttributeList();
  }

  @Override
  public Object invoke(String action, Object[] params, String[] signature) {
    throw new IllegalArgumentException("no operation " + action);
  }

  @Override
  public MBeanInfo getMBeanInfo() {
    MBeanAttributeInfo[] attributes =
        values.keySet().stream()
            .sorted()
            .map(name -> new MBeanAttributeInfo(name, type(name), name, true, false, false))
            .toArray(MBeanAttributeInfo[]::new);
    return new MBeanInfo(ReadOnlyBean.class.getName(), "A task", attributes, null, null, null);
  }

  private String type(String name) {
    Supplier<?> value = values.get(name);
    return value != null && value.get() instanceof Long ? "long" : String.class.getName();
  }
}
