// A host configuration of our own making, with sizes and colours as Teams shows them.
const themes = {
  light: {
    page: '#f5f5f5', background: '#ffffff', text: '#242424', subtle: '#616161', accent: '#5b5fc7', good: '#237b4b', warning: '#835c00', attention: '#c4314b', line: '#e0e0e0',
    emphasis: '#f5f5f5', accentFill: '#e8ebfa', goodFill: '#e7f2da', warningFill: '#fbf6d9', attentionFill: '#fcf4f6',
  },
  dark: {
    page: '#1f1f1f', background: '#2d2c2c', text: '#ffffff', subtle: '#adadad', accent: '#9299f7', good: '#92c353', warning: '#f8d22a', attention: '#f9526b', line: '#3d3d3d',
    emphasis: '#201f1f', accentFill: '#3d3e66', goodFill: '#1f2e14', warningFill: '#463100', attentionFill: '#3e1f25',
  },
  contrast: {
    page: '#000000', background: '#000000', text: '#ffffff', subtle: '#ffffff', accent: '#ffff01', good: '#3ff23f', warning: '#ffff01', attention: '#ff7a7a', line: '#ffffff',
    emphasis: '#000000', accentFill: '#000000', goodFill: '#000000', warningFill: '#000000', attentionFill: '#000000', onFill: '#000000',
  },
};

const fontFamily = "'Segoe UI', system-ui, 'Noto Sans', 'Liberation Sans', sans-serif";

export function hostConfig(theme) {
  const c = themes[theme];
  const pair = (color, subtle = color) => ({ default: color, subtle });
  const foregroundColors = {
    default: pair(c.text, c.subtle), dark: pair(c.text, c.subtle), light: pair('#ffffff', '#d1d1d1'),
    accent: pair(c.accent), good: pair(c.good), warning: pair(c.warning), attention: pair(c.attention),
  };
  const container = (backgroundColor) => ({ backgroundColor, foregroundColors });
  return {
    fontFamily,
    supportsInteractivity: true,
    fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
    fontWeights: { lighter: 300, default: 400, bolder: 600 },
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
    separator: { lineThickness: 1, lineColor: c.line },
    imageSizes: { small: 32, medium: 52, large: 100 },
    containerStyles: {
      default: container(c.background), emphasis: container(c.emphasis), accent: container(c.accentFill),
      good: container(c.goodFill), warning: container(c.warningFill), attention: container(c.attentionFill),
    },
    actions: { maxActions: 6, spacing: 'default', buttonSpacing: 8, showCard: { actionMode: 'inline', inlineTopMargin: 16 }, actionsOrientation: 'horizontal', actionAlignment: 'left' },
    adaptiveCard: { allowCustomStyle: false },
    factSet: { title: { weight: 'bolder', wrap: true, maxWidth: 150 }, value: { wrap: true }, spacing: 16 },
    inputs: {
      label: { inputSpacing: 'small', requiredInputs: { weight: 'default', color: 'default', suffix: ' *', suffixColor: 'attention' }, optionalInputs: { weight: 'default' } },
      errorMessage: { color: 'attention', spacing: 'small' },
    },
    table: { cellSpacing: 8 },
    textStyles: { heading: { fontType: 'default', size: 'large', weight: 'bolder' } },
  };
}

export function css(theme, width) {
  const c = themes[theme];
  const onFill = c.onFill ?? '#ffffff';
  return `
    body { margin: 0; padding: 12px; background: ${c.page}; color: ${c.text}; font-family: ${fontFamily} }
    .card { box-sizing: border-box; width: ${width}px; background: ${c.background}; color: ${c.text}; border: 1px solid ${c.line}; border-radius: 4px }
    .ac-actionSet { flex-wrap: wrap; row-gap: 8px }
    .ac-pushButton { min-height: 32px; padding: 5px 16px; font: 600 14px ${fontFamily}; color: ${c.text}; background: ${c.background}; border: 1px solid ${c.line}; border-radius: 4px }
    .ac-pushButton.style-positive { color: ${onFill}; background: ${c.accent}; border-color: ${c.accent} }
    .ac-pushButton.style-destructive { color: ${onFill}; background: ${c.attention}; border-color: ${c.attention} }
    .ac-input { box-sizing: border-box; width: 100%; min-height: 32px; padding: 5px 10px; font: 14px ${fontFamily}; color: ${c.text}; background: ${c.background}; border: 1px solid ${c.line}; border-radius: 4px }
    .ac-input[type=checkbox], .ac-input[type=radio] { width: auto; min-height: 0 }
    .ac-anchor, a { color: ${c.accent} }
    p { margin: 0 } ul, ol { margin: 4px 0; padding-left: 24px }`;
}
